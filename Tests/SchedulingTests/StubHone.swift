import Foundation
import Registry
import Runs

@testable import Scheduling

/// A folder with a stand-in for hone's program, which goes with the value.
final class StubHone: Sendable {
  let folder: URL
  let runs: URL
  let registry: Registry

  /// Puts a script of `sh` in the program's place; in it `$run` is the run's folder.
  init(_ script: String) throws {
    folder = URL.temporaryDirectory.appending(path: "hone-scheduling-\(UUID().uuidString)")
    runs = folder.appending(path: "runs")
    try FileManager.default.createDirectory(at: runs, withIntermediateDirectories: true)
    registry = try Registry.open(in: runs)
    try replace(script)
  }

  deinit {
    do {
      try FileManager.default.removeItem(at: folder)
    } catch {
      print("'\(folder.path)' is left behind: \(error)")
    }
  }

  var program: URL { folder.appending(path: "hone") }
  var store: ScheduleStore { ScheduleStore(registry) }

  /// Gives the program another thing to do.
  func replace(_ script: String) throws {
    let head = """
      #!/bin/sh
      echo "$@" >> '\(folder.path)/calls'
      for word in "$@"; do run=$word; done
      status() { echo '{"format":1,"honeVersion":"0","name":"r","created":"2025-01-01T00:00:00Z","status":"'$1'"}' > "$run/run.json"; }

      """
    try AtomicFile.write(Data((head + script + "\n").utf8), to: program)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
  }

  func request(_ name: String = "sums") -> JobRequest {
    JobRequest(name: name, pipeline: "/p.yaml", folder: folder.path)
  }

  func daemon() -> ScheduleDaemon {
    ScheduleDaemon(registry, program: program, maxJobs: 2) { _ in }
  }

  /// How the program was called, a line each time.
  func calls() throws -> [String] {
    let file = folder.appending(path: "calls")
    guard FileManager.default.fileExists(atPath: file.path) else { return [] }
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  /// Waits until something is so; what is waited for is another process, which no clock moves.
  func wait(for name: String, until isSo: () throws -> Bool) async throws {
    // Looks are counted, and not seconds: other tests may keep this one's thread for minutes, and
    // what it waits for does not go on meanwhile.
    for _ in 0..<10_000 {
      if try isSo() { return }
      // Others need the processor meanwhile: what is waited for is another process.
      try await Task.sleep(for: .milliseconds(20))
    }
    throw Late(name: name)
  }

  /// Something did not happen in minutes.
  struct Late: Error {
    let name: String
  }
}
