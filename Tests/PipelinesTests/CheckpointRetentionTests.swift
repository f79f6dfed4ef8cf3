import Foundation
import Registry
import Runs
import Testing

@testable import Pipelines

/// Which checkpoints a run of the real program keeps, and that none of it changes what it ends with.
@Suite(.serialized) struct CheckpointRetentionTests {
  private static func run(_ retention: String) async throws -> MiniRun {
    try await MiniRun.unbroken(pipeline: "checkpoints: \(retention)\n" + MiniRun.pipeline)
  }

  private func expectSameEnd(_ run: MiniRun) async throws {
    let (found, expected) = (
      try run.outcome(), try await UnbrokenRun.shared.value.run.outcome()
    )
    #expect(found.keys.sorted() == expected.keys.sorted())
    for (name, bytes) in expected { #expect(found[name] == bytes, "\(name)") }
  }

  @Test func `a run keeps the newest two unless it is told otherwise`() async throws {
    let run = try await UnbrokenRun.shared.value.run
    // Two within the warm-up, two after stages, four within the rounds, one after them.
    #expect(try run.checkpoints == ["000008", "000009"])
  }

  @Test func `every third and the newest one stay`() async throws {
    let run = try await Self.run("{ keepLast: 1, keepEvery: 3 }")
    #expect(try run.checkpoints == ["000003", "000006", "000009"])
    try await expectSameEnd(run)
    // What stays can be chosen from.
    let registry = try Registry.open(in: run.folder.appending(path: "runs"))
    _ = try registry.refresh()
    var rule = RetentionRule()
    rule.keepEvery = 6
    let plan = try DeletionPlan(.checkpoints, keeping: rule, in: registry)
    #expect(
      plan.deletions.map(\.what).sorted() == [
        "checkpoint 000003", "checkpoint 000009", "checkpoint reference-reinforce",
      ])
  }

  @Test func `the checkpoint after the best round stays, also over a kill`() async throws {
    let (run, _) = try await MiniRun.stopped(
      pipeline: "checkpoints: { keepLast: 1, keepBest: reward }\n" + MiniRun.pipeline
    ) { run in run.has(in: "checkpoints") { (Int($0) ?? 0) >= 6 } }
    let resumed = try run.resume()
    #expect(await resumed.exitCode == 0, "\(resumed.errorText)")
    try await expectSameEnd(run)
    struct Round: Decodable {
      let round: Int
      let reward: Double
    }
    // A checkpoint is written after each round but the last.
    let rounds = try run.records(Round.self, of: "03-reinforce").dropLast()
    let best = try #require(rounds.max { ($0.reward, $0.round) < ($1.reward, $1.round) })
    let kept = try run.checkpoints.map { name in
      try StableJSON.value(
        CheckpointState.self,
        from: Data(contentsOf: run.file("checkpoints/\(name)/state.json")))
    }
    #expect(kept.contains { $0.stageName == "reinforce" && $0.done == best.round }, "\(kept)")
    #expect(kept.count <= 2)
  }
}
