import Foundation
import Testing

/// Stages that a run takes from another one which did the same, by the real program.
@Suite(.serialized) struct StageReuseTests {
  private static let stages = ["warmUp", "evaluate", "reinforce", "evaluate2"]

  /// Starts a run in a folder that may have others, and waits for its end.
  private func go(
    _ run: MiniRun, _ more: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> String {
    let process = try HoneProcess(["run", "mini.yaml", "--runs", "runs"] + more, in: run.folder)
    #expect(await process.exitCode == 0, "\(process.errorText)", sourceLocation: sourceLocation)
    return process.errorText
  }

  /// That two outcomes have equal bytes.
  private func expectEqual(
    _ found: [String: Data], _ expected: [String: Data],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(found.keys.sorted() == expected.keys.sorted(), sourceLocation: sourceLocation)
    for (name, bytes) in expected {
      #expect(found[name] == bytes, "\(name)", sourceLocation: sourceLocation)
    }
  }

  @Test func `an equal run is taken over whole, and leaves the bytes of one that was run`()
    async throws
  {
    let run = try await MiniRun.unbroken()
    let said = try await go(run)
    #expect(try run.reused(ofRun: 2).keys.sorted() == Self.stages.sorted())
    #expect(said.contains("warmUp: the same as in mini-1, taken from there (--rerun runs it)."))
    try expectEqual(run.outcome(ofRun: 2), run.outcome())
    // A third takes them from the second, and still names who did them.
    try FileManager.default.removeItem(at: run.run(1))
    _ = try await go(run)
    #expect(try run.reused(ofRun: 3).keys.sorted() == Self.stages.sorted())
    #expect(try Set(run.reused(ofRun: 3).values) == ["mini-1"])
    try expectEqual(run.outcome(ofRun: 3), run.outcome(ofRun: 2))
  }

  @Test func `stages before a change are taken over, and the rest is as without them`() async throws
  {
    let run = try await MiniRun.unbroken()
    _ = try await go(run, "--set", "reinforce.optimizer.learningRate=2e-3")
    #expect(try run.reused(ofRun: 2).keys.sorted() == ["evaluate", "warmUp"])
    let alone = try MiniRun()
    _ = try await go(alone, "--set", "reinforce.optimizer.learningRate=2e-3")
    try expectEqual(run.outcome(ofRun: 2), alone.outcome())
  }

  @Test(arguments: ["seed=6", "warmUp.steps=8", "reward=[{verifier: arithmetic, weight: 2}]"])
  func `another seed, setting or reward is another key`(change: String) async throws {
    let run = try MiniRun()
    let short = ["--set", "reinforce.rounds=1", "--set", "warmUp.steps=7"]
    for more in [short, short + ["--set", change]] {
      let process = try HoneProcess(
        ["run", "mini.yaml", "--runs", "runs"] + more, in: run.folder)
      #expect(await process.exitCode == 0, "\(process.errorText)")
    }
    // No verifier takes part in the warm-up.
    let expected = change.hasPrefix("reward") ? ["warmUp"] : []
    #expect(try run.reused(ofRun: 2).keys.sorted() == expected)
  }

  @Test func `what is asked to run again does`() async throws {
    let run = try await MiniRun.unbroken()
    _ = try await go(run, "--rerun")
    #expect(try run.reused(ofRun: 2).isEmpty)
    try expectEqual(run.outcome(ofRun: 2), run.outcome())
  }

  @Test func `a byte that was changed is noticed, and the stage runs again`() async throws {
    let run = try await MiniRun.unbroken()
    let weights = run.file("checkpoints/after-01-warmUp/model.safetensors")
    var bytes = try Data(contentsOf: weights)
    bytes[bytes.count - 5] ^= 1
    try FileManager.default.removeItem(at: weights)  // not through the hard link
    try bytes.write(to: weights)
    let records = run.file("stages/04-evaluate2.jsonl")
    let report = try Data(contentsOf: records)
    try Data(report.map { $0 == UInt8(ascii: "1") ? UInt8(ascii: "2") : $0 }).write(to: records)
    let said = try await go(run)
    #expect(try run.reused(ofRun: 2).keys.sorted() == ["evaluate", "reinforce"])
    #expect(said.contains("warmUp: the policy after 01-warmUp of mini-1 was changed"))
    #expect(said.contains("evaluate2: 04-evaluate2.jsonl of mini-1 was changed"))
    try report.write(to: records)
    try expectEqual(run.outcome(ofRun: 2), run.outcome())
  }

  @Test func `a damaged ledger of the other run is no reason to fail`() async throws {
    let run = try await MiniRun.unbroken()
    let ledger = run.file("ledger.sqlite")
    var bytes = try Data(contentsOf: ledger)
    for index in bytes.count / 2..<bytes.count { bytes[index] = 0xA5 }
    try bytes.write(to: ledger)
    let said = try await go(run)
    #expect(try run.reused(ofRun: 2).isEmpty)
    #expect(said.contains("ledger.sqlite is damaged"), "\(said)")
    #expect(said.contains("so the stage runs"), "\(said)")
  }

  @Test func `a stage that was killed and gone on with can be taken over, too`() async throws {
    let (run, _) = try await MiniRun.stopped { run in
      run.has(in: "checkpoints") { (Int($0) ?? 0) > 5 }
    }
    let second = try run.resume()
    #expect(await second.exitCode == 0, "\(second.errorText)")
    _ = try await go(run)
    #expect(try run.reused(ofRun: 2).keys.sorted() == Self.stages.sorted())
    try expectEqual(run.outcome(ofRun: 2), run.outcome())
  }

  @Test func `an index that names what is no run is not followed`() async throws {
    let run = try await MiniRun.unbroken()
    let index = run.folder.appending(path: "runs/.stages")
    for name in try FileManager.default.contentsOfDirectory(atPath: index.path) {
      try Data(#"{"run":"../runs/mini-1","stage":"01-warmUp"}"#.utf8)
        .write(to: index.appending(path: name))
    }
    _ = try await go(run)
    #expect(try run.reused(ofRun: 2).isEmpty)
  }
}
