import Foundation
import Logging
import Sandbox
import Synchronization
import VerifierKit

@testable import Verifiers

/// A plugin in Python, in a folder of its own that goes with the value.
///
/// Each of its processes says on standard error that it started, with its number.
final class TestPlugin: Sendable {
  /// Where the executables of the package lie, `jail` among them.
  static let executables = VerifierCatalog.executableFolder

  /// Whether this machine can build the jail that runs by default.
  static let canJail: Bool = {
    do {
      return try Sandbox.status(executables: TestPlugin.executables).level >= .weakestByDefault
    } catch {
      return false
    }
  }()

  /// The folder of plugins, which holds this one.
  let folder: URL
  static let name = "test-plugin"
  /// How strong its sandbox is; nil for the strongest here.
  private let level: SandboxLevel?
  /// What its processes wrote to standard error, once ``verdicts(_:settings:workers:startSeconds:)``
  /// has ended them.
  private let errors = Mutex("")

  /// What every plugin begins with: `say`, and the greeting.
  static let prelude = """
    import json, os, signal, sys, time
    def say(message):
        sys.stdout.write((message if isinstance(message, str) else json.dumps(message)) + "\\n")
        sys.stdout.flush()
    def passed(question, reason="", score=1.0):
        say({"id": question["id"], "outcome": "passed", "score": score, "reason": str(reason)})
    settings = json.loads(sys.stdin.readline())["settings"]
    sys.stderr.write(f"started {os.getpid()}\\n")
    sys.stderr.flush()

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
  ///   - level: How strong its sandbox is; nil for the strongest here.
  /// - Throws: Where the folder cannot be written.
  init(
    answering: String = "passed(question)", opening: String = ready,
    limits: String = "{ requestSeconds: 10, memoryMiB: 512 }", settings: String = "{}",
    level: SandboxLevel? = nil
  ) throws {
    self.level = level
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
      sandbox: try level.map { try Sandbox(executables: Self.executables, at: $0) }
        ?? Sandbox(executables: Self.executables, weakest: .none),
      executables: Self.executables,
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
    errors.withLock { $0 = host.standardError }
    return verdicts
  }

  /// The processes that ``verdicts(_:settings:workers:startSeconds:)`` started, by their own numbers.
  var processes: [pid_t] { Self.processes(in: errors.withLock { $0 }) }

  /// The processes of a host so far, by their own numbers: without namespaces, those of the machine.
  static func processes(of host: VerifierHost) -> [pid_t] { processes(in: host.standardError) }

  private static func processes(in errors: String) -> [pid_t] {
    errors.matches(of: /started ([0-9]+)\n/).compactMap { pid_t($0.1) }
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
