import Foundation
import Testing
import VerifierKit
import Verifiers

@testable import Workbench

@Suite(.serialized) struct VerdictReplayTests {
  private static let body = """
    return passed('same') if completion == problem.answer else wrong('other')
    """

  /// A row of scored rollouts.
  private func row(
    _ id: String, _ completion: String, _ outcome: String, _ score: String,
    by verifier: String = BenchPlugin.name
  ) -> String {
    let score = score.isEmpty ? "" : #","score":\#(score)"#
    return #"{"round":1,"problem":{"id":"\#(id)","prompt":"?","answer":"4"},"#
      + #""completion":"\#(completion)","reward":0,"verdicts":[{"verifier":"\#(verifier)","#
      + #""outcome":"\#(outcome)","reason":"then"\#(score)}]}"#
  }

  private func replay(_ rows: [String]) async throws -> ReplayReport {
    let plugin = try BenchPlugin(Self.body)
    let file = plugin.folder.appending(path: "scored.jsonl")
    try Data(rows.joined(separator: "\n").utf8).write(to: file)
    return try await VerdictReplay(try plugin.manifest(), log: .silent).run(file)
  }

  @Test func `verdicts that are as they were do not flip`() async throws {
    let report = try await replay([
      row("a", "4", "passed", "1"), row("b", "5", "wrong", "0.0"),
      row("c", "5", "passed", "1", by: "other"),
    ])
    #expect(report.isSame && report.rollouts == 2 && report.skipped == 1, "\(report.text)")
    #expect(report.text.contains("no verdict flipped"))
  }

  @Test func `verdicts that flipped are listed with before and after`() async throws {
    let report = try await replay([
      row("a", "4", "passed", "1"), row("b", "5", "passed", "1"), row("c", "4", "wrong", "0.5"),
      row("d", "4", "unscored", ""), row("e", "4", "passed", "0.5"),
    ])
    #expect(
      report.flips.map(\.problem) == ["b", "c", "d", "e"]
        && report.flips.map(\.row) == [2, 3, 4, 5])
    #expect(
      report.counts == [
        "passed → wrong": 1, "wrong → passed": 1, "unscored → passed": 1, "passed → passed": 1,
      ])
    #expect(report.flips[0].before.reason == "then" && report.flips[0].after.reason == "other")
    #expect(report.text.contains("4 verdicts flipped") && report.failed == 0)
  }

  @Test func `what the verifier fails on is no flip, and is told`() async throws {
    let plugin = try BenchPlugin("if completion == '5': os._exit(3)\n" + Self.body)
    let file = plugin.folder.appending(path: "scored.jsonl")
    let rows = [row("a", "4", "passed", "1"), row("b", "5", "wrong", "0")]
    try Data(rows.joined(separator: "\n").utf8).write(to: file)
    let report = try await VerdictReplay(try plugin.manifest(), log: .silent).run(file)
    #expect(report.flips.isEmpty && report.failed == 1 && !report.isSame, "\(report.text)")
    #expect(report.lastFailure?.contains("exit code 3") == true)
    #expect(report.text.contains("1 could not be judged"))
  }

  @Test func `a run's folder has its recorded rollouts judged`() async throws {
    let plugin = try BenchPlugin(Self.body)
    let run = plugin.folder.appending(path: "runs/mini-1")
    let stages = run.appending(path: "stages")
    try FileManager.default.createDirectory(at: stages, withIntermediateDirectories: true)
    let replay = VerdictReplay(try plugin.manifest(), log: .silent)
    await #expect(throws: (any Error).self, "no run.json") { try await replay.run(run) }
    let manifest =
      #"{"format":1,"honeVersion":"0","name":"mini-1","created":"2024-01-01T00:00:00Z","status":"finished"}"#
    try Data(manifest.utf8).write(to: run.appending(path: "run.json"))
    let none = try await #require(throws: ReplayError.self) { try await replay.run(run) }
    #expect(none.description.contains("has no recorded rollouts"))
    try Data().write(to: stages.appending(path: "01-reinforce-rollouts.jsonl"))
    try Data((row("a", "5", "passed", "1") + "\n").utf8)
      .write(to: stages.appending(path: "02-reinforce-rollouts.jsonl"))
    try Data("{}\n".utf8).write(to: stages.appending(path: "02-reinforce.jsonl"))
    let report = try await replay.run(run)
    #expect(report.rollouts == 1 && report.flips.map(\.file) == ["02-reinforce-rollouts.jsonl"])
  }

  @Test func `what cannot be replayed is said`() async throws {
    let none = try await #require(throws: ReplayError.self) {
      try await replay([row("a", "4", "passed", "1", by: "other")])
    }
    #expect(none.description.contains("they were judged by other"), "\(none)")
    let plugin = try BenchPlugin(Self.body)
    let missing = try await #require(throws: ReplayError.self) {
      try await VerdictReplay(try plugin.manifest(), log: .silent)
        .run(plugin.folder.appending(path: "nowhere"))
    }
    #expect(missing.description.contains("There is no run folder or file"))
  }
}
