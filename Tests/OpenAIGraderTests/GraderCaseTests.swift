import Foundation
import Testing
import VerifierKit
import Verifiers

@testable import hone_verifier_openai_grader

/// A row of the verifier's `cases.jsonl`.
struct GraderCase: Decodable, Sendable {
  let problem: Problem
  let completion: String
  let outcome: VerifierOutcome
  let score: Double?
  let why: String
  let settings: [String: JSONValue]?

  /// The whole table.
  static let all = Result {
    try String(
      contentsOf: GraderBench.root.appending(path: "verifiers/openai-grader/cases.jsonl"),
      encoding: .utf8
    ).split(separator: "\n").map {
      try JSONDecoder().decode(GraderCase.self, from: Data($0.utf8))
    }
  }

  /// The score that a verdict must have.
  var wanted: Double? { score ?? [.passed: 1, .wrong: 0][outcome] }
}

@Suite(.serialized) struct GraderCaseTests {
  @Test func `each case is judged as the table says, behind the jail`() async throws {
    let cases = try GraderCase.all.get()
    #expect(cases.count >= 60)
    for (settings, rows) in Dictionary(grouping: cases, by: { $0.settings ?? [:] }) {
      let judge = try Judge(
        terms: [RewardTerm(verifier: "openai-grader", settings: settings)],
        folders: [GraderBench.root.appending(path: "verifiers")], log: .silent)
      let judgements = try await judge.judge(
        rows.map { JudgeRequest(problem: $0.problem, completion: $0.completion) })
      await judge.shutDown()
      for (row, judgement) in zip(rows, judgements) {
        let verdict = try #require(judgement.verdicts.first)
        #expect(
          verdict.outcome == row.outcome, "\(row.problem.id), \(row.why): \(verdict.reason)")
        #expect(
          (verdict.score == nil) == (row.wanted == nil)
            && abs((verdict.score ?? 0) - (row.wanted ?? 0)) < 1e-9,
          "\(row.problem.id): \(String(describing: verdict.score))")
      }
    }
  }

  @Test func `the same completions get the same verdicts again, in any order`() throws {
    let cases = try GraderCase.all.get().filter { $0.settings == nil }
    let verifier = try GraderBench().verifier
    let first = cases.map { verifier.judge($0.problem, $0.completion) }
    let again = cases.reversed().map { verifier.judge($0.problem, $0.completion) }.reversed()
    for (row, (one, other)) in zip(cases, zip(first, again)) {
      #expect(
        one.outcome == other.outcome && one.score == other.score && one.reason == other.reason,
        "\(row.problem.id)")
    }
  }

  @Test func `no case of the table is there twice`() throws {
    let cases = try GraderCase.all.get()
    #expect(Set(cases.map(\.problem.id)).count == cases.count)
  }

  @Test func `the manifest's settings are those that the verifier has`() throws {
    let manifest = try VerifierManifest(
      folder: GraderBench.root.appending(path: "verifiers/openai-grader"))
    let (written, standard) = (try GraderSettings(manifest.settings), GraderSettings())
    #expect(manifest.settings.count == 7)
    #expect(written.grader == nil && written.passThreshold == standard.passThreshold)
    #expect(written.raisedIsWrong == standard.raisedIsWrong && written.seconds == standard.seconds)
    #expect(written.memoryMiB == standard.memoryMiB && written.processes == standard.processes)
    #expect(written.scratchMiB == standard.scratchMiB)
    #expect(manifest.limits.requestSeconds > standard.seconds)
  }
}
