import Foundation
import Logging
import Testing
import VerifierKit
import Verifiers

@testable import hone_verifier_answer_format

@Suite struct AnswerFormatTests {
  /// A row of a verifier's `cases.jsonl`.
  struct Row: Decodable {
    let problem: Problem
    let completion: String
    let outcome: VerifierOutcome
    let score: Double?
    let why: String
    let settings: [String: JSONValue]?
  }

  private static let verifiers = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "verifiers")

  private func rows(_ verifier: String) throws -> [Row] {
    let file = Self.verifiers.appending(path: "\(verifier)/cases.jsonl")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }
  }

  private func judge(_ terms: [RewardTerm]) throws -> Judge {
    try Judge(
      terms: terms, workers: 1, folders: [Self.verifiers],
      log: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
  }

  @Test func `each case is judged as the table says`() throws {
    let rows = try rows("answer-format")
    #expect(rows.count > 30)
    for row in rows {
      let verdict = try AnswerFormat(settings: row.settings ?? [:])
        .judge(row.problem, row.completion)
      #expect(verdict.outcome == row.outcome, "\(row.problem.id), \(row.why): \(verdict.reason)")
    }
  }

  @Test(arguments: ["answer-format", "arithmetic-boxed"])
  func `the processes behind the host say the same`(verifier: String) async throws {
    let bySettings = Dictionary(grouping: try rows(verifier)) { $0.settings ?? [:] }
    for (settings, rows) in bySettings {
      let judge = try judge([RewardTerm(verifier: verifier, onlyIf: .always, settings: settings)])
      let judgements = try await judge.judge(
        rows.map { JudgeRequest(problem: $0.problem, completion: $0.completion) })
      await judge.shutDown()
      for (row, judgement) in zip(rows, judgements) {
        let verdict = try #require(judgement.verdicts.first)
        #expect(verdict.outcome == row.outcome, "\(row.problem.id), \(row.why): \(verdict.reason)")
        let score = row.score ?? (row.outcome == .passed ? 1 : row.outcome == .wrong ? 0 : nil)
        #expect(abs((verdict.score ?? -1) - (score ?? -1)) < 1e-9, "\(row.problem.id)")
      }
    }
  }

  @Test(
    arguments: [
      (["marker": .number(1)], "'marker' must be a text"),
      (["marker": .string(String(repeating: "m", count: 257))], "at most 256 bytes long"),
      (["block": .string("one")], "'block' must be true or false"),
      (["blockName": .string("py")], "'blockName' must be empty where 'block' is false"),
      (["pattern": .string("(")], "'pattern' must be a pattern that is read here: a ')' is needed"),
      (
        ["minimumCharacters": .number(0)], "'minimumCharacters' must be a whole number in 1...65536"
      ),
      (["maximumCharacters": .number(1e9)], "'maximumCharacters' must be a whole number"),
      (
        ["minimumCharacters": .number(9), "maximumCharacters": .number(8)],
        "'minimumCharacters' must be at most 'maximumCharacters', 8"
      ),
    ] as [([String: JSONValue], String)])
  func `a setting that cannot be used is refused`(
    settings: [String: JSONValue], message: String
  ) throws {
    let error = try #require(throws: InvalidVerifierSetting.self) {
      try AnswerFormat(settings: settings)
    }
    #expect(error.description.contains(message), "\(error)")
  }

  // MARK: - What it may be paid for

  @Test func `a reward cannot pay for the form of a wrong answer unawares`() async throws {
    let message = """
      'answer-format' judges the form alone, and would pay for a wrong answer; write \
      'onlyIf: passed' beside it, or 'onlyIf: always' where that is meant
      """
    for terms in [
      [RewardTerm(verifier: "arithmetic"), RewardTerm(verifier: "answer-format", weight: 0.1)],
      [RewardTerm(verifier: "answer-format")],
    ] {
      let error = try #require(throws: VerifierError.self) { try judge(terms) }
      #expect(error == .invalidReward(rule: message))
    }
  }

  @Test(arguments: [(RewardTerm.Condition.passed, [1.5, 1, 0, 0]), (.always, [1.5, 1, 0.5, 0])])
  func `a shaping term pays where its condition says so`(
    condition: RewardTerm.Condition, rewards: [Double]
  ) async throws {
    let judge = try judge([
      RewardTerm(verifier: "arithmetic"),
      RewardTerm(
        verifier: "answer-format", weight: 0.5, onlyIf: condition,
        settings: ["marker": .string("\\boxed{")]),
    ])
    let problem = Problem(id: "p", prompt: "?", answer: "42")
    let judgements = try await judge.judge(
      ["\\boxed{42}", "42", "\\boxed{41}", "41"].map {
        JudgeRequest(problem: problem, completion: $0)
      })
    await judge.shutDown()
    #expect(judgements.map(\.reward) == rewards)
  }
}
