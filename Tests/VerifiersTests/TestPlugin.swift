import Foundation
import Logging
import Sandbox
import VerifierKit

@testable import Verifiers

/// A plugin in Python, in a folder of its own that goes with the value.
final class TestPlugin: Sendable {
  /// Where the executables of the package lie, `jail` among them.
  static let executables = VerifierCatalog.executableFolder

  /// The folder of plugins, which holds this one.
  let folder: URL
  static let name = "test-plugin"

  /// What every plugin begins with: `say`, and the greeting.
  static let prelude = """
    import json, os, signal, sys, time
    def say(message):
        sys.stdout.write((message if isinstance(message, str) else json.dumps(message)) + "\\n")
        sys.stdout.flush()
    def passed(question, reason="", score=1.0):
        say({"id": question["id"], "outcome": "passed", "score": score, "reason": str(reason)})
    settings = json.loads(sys.stdin.readline())["settings"]
    with open("starts", "a") as file:
        file.write(f"{os.getpid()}\\n")

    """
  static let ready = """
    say({"ready": True, "name": "test-plugin", "version": "1"})

    """

  /// Writes a plugin.
  ///
  /// - Parameters:
  ///   - answering: Python that answers `question`, whose completion is `text`.
  ///   - opening: Python before the first question; the ready line by default.
  ///   - limits: The manifest's limits.
  ///   - settings: The manifest's settings.
  /// - Throws: Where the folder cannot be written.
  init(
    answering: String = "passed(question)", opening: String = ready,
    limits: String = "{ requestSeconds: 10, memoryMiB: 512 }", settings: String = "{}"
  ) throws {
    let loop = """
      for line in sys.stdin:
          question = json.loads(line)
          text = question["completion"]

      """
    let body = answering.split(separator: "\n", omittingEmptySubsequences: false)
      .map { "    " + $0 }.joined(separator: "\n")
    let manifest = """
      name: \(Self.name)
      protocol: 1
      summary: A test.
      command: ["/usr/bin/python3", "-I", "main.py"]
      limits: \(limits)
      settings: \(settings)
      """
    folder = FileManager.default.temporaryDirectory
      .appending(path: "hone-verifiers-\(UUID().uuidString)")
    let own = folder.appending(path: Self.name)
    try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
    try (Self.prelude + opening + loop + body)
      .write(to: own.appending(path: "main.py"), atomically: true, encoding: .utf8)
    try manifest
      .write(to: own.appending(path: "verifier.yaml"), atomically: true, encoding: .utf8)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// A host for the plugin.
  func host(
    settings: [String: JSONValue] = [:], workers: Int = 1, startSeconds: Double = 20
  ) throws -> VerifierHost {
    try VerifierHost(
      try VerifierCatalog.find(Self.name, in: [folder]), settings: settings, workers: workers,
      sandbox: try Sandbox(executables: Self.executables), executables: Self.executables,
      startSeconds: startSeconds, log: .silent)
  }

  /// Asks the plugin about completions, and ends it.
  func verdicts(
    _ completions: [String], settings: [String: JSONValue] = [:], workers: Int = 1,
    startSeconds: Double = 20
  ) async throws -> [NamedVerdict] {
    let host = try host(settings: settings, workers: workers, startSeconds: startSeconds)
    let verdicts = try await host.judge(completions.map(request))
    await host.shutDown()
    return verdicts
  }

  /// The processes that were started so far.
  var processes: [pid_t] {
    let text = try? String(
      contentsOf: folder.appending(path: Self.name).appending(path: "starts"), encoding: .utf8)
    return (text ?? "").split(separator: "\n").compactMap { pid_t($0) }
  }
}

/// A request about a completion.
func request(_ completion: String) -> JudgeRequest {
  JudgeRequest(problem: Problem(id: "p", prompt: "?", answer: "1"), completion: completion)
}

extension Logger {
  /// A log that nobody reads.
  static var silent: Logger { Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() } }
}
