import Foundation
import Logging
import VerifierKit
import Verifiers

@testable import Workbench

/// A plugin in Python, made by the scaffold and given another judgement, in a folder of its own that
/// goes with the value.
final class BenchPlugin: Sendable {
  /// The folder of plugins, which holds this one.
  let folder: URL
  static let name = "checker"
  var own: URL { folder.appending(path: Self.name) }

  /// Writes a plugin.
  ///
  /// - Parameters:
  ///   - body: The body of `judge(problem, completion, settings)`, in Python.
  ///   - judges: What the manifest says that it judges; nil where it does not say.
  ///   - cases: The table's lines; the scaffold's own by default.
  ///   - limits: The manifest's limits.
  /// - Throws: Where the folder cannot be written.
  init(
    _ body: String? = nil, judges: String? = "text", cases: String? = nil,
    limits: String = "{ requestSeconds: 10, memoryMiB: 1024, processes: 8 }"
  ) throws {
    folder = FileManager.default.temporaryDirectory.appending(
      path: "hone-bench-\(UUID().uuidString)")
    let own = try VerifierScaffold(Self.name, language: .python, in: folder).write()
    if let body {
      let program = """
        import json, math, os, random, re, sys, time
        from hone_verifier import last_line, passed, serve, unscored, wrong
        calls = 0
        def judge(problem, completion, settings):
            global calls
            calls += 1
        \(body.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
        serve("\(Self.name)", judge)
        """
      try Data(program.utf8).write(to: own.appending(path: "main.py"))
    }
    let manifest = """
      name: \(Self.name)
      protocol: 1
      summary: A test.
      \(judges.map { "judges: \($0)" } ?? "")
      command: ["/usr/bin/python3", "-EsSB", "main.py"]
      limits: \(limits)
      settings: { ignoreCase: false }
      """
    try Data(manifest.utf8).write(to: own.appending(path: "verifier.yaml"))
    if let cases { try Data(cases.utf8).write(to: own.appending(path: "cases.jsonl")) }
  }

  deinit {
    do {
      try FileManager.default.removeItem(at: folder)
    } catch {
      print("'\(folder.path)' is left behind: \(error)")
    }
  }

  /// The plugin's manifest.
  func manifest() throws -> VerifierManifest {
    try VerifierCatalog.find(Self.name, in: [folder])
  }

  /// Holds the plugin to its cases.
  func check() async throws -> CheckReport {
    try await VerifierCheck(try manifest(), log: .silent).run()
  }
}

extension Logger {
  /// A log that nobody reads.
  static var silent: Logger { Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() } }
}
