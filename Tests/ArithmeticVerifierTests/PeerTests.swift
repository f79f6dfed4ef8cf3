import Foundation
import TestSupport
import Testing
import VerifierKit

@testable import hone_verifier_arithmetic

/// Real completions and other checkers' cases.
@Suite(.enabled(if: SharedFiles.areHere, Comment(rawValue: SharedFiles.absence)))
struct PeerTests {
  private static let data = SharedFiles.root.appending(path: "data")

  private struct LabelledRow: Decodable {
    struct Completion: Decodable {
      let is_correct: Bool
      let solution: String
    }
    let ground_truth: String
    let completions: [Completion]

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      ground_truth = try container.decode(String.self, forKey: .ground_truth)
      completions = try [.finetuning, .verification].map {
        try container.decode(Completion.self, forKey: $0)
      }
    }

    enum Key: String, CodingKey {
      case ground_truth
      case finetuning = "6b_finetuning"
      case verification = "6b_verification"
    }
  }

  @Test func `labelled GSM8K completions are judged as labelled`() throws {
    let rows = try VerifierCase.rows(
      of: Self.data.appending(path: "tasks/gsm8k/labelled_completions.jsonl"), as: LabelledRow.self)
    let verifier = try ArithmeticVerifier(settings: [:])
    var judged = 0
    for row in rows {
      for completion in row.completions {
        let verdict = verifier.judge(
          Problem(id: "p", prompt: "", answer: row.ground_truth), completion.solution)
        #expect(
          verdict.outcome == (completion.is_correct ? .passed : .wrong),
          "\(completion.solution.suffix(80)): \(verdict.reason)")
        judged += 1
      }
    }
    #expect(judged == 2_638)
  }

  @Test func `each reference solution of GSM8K passes`() throws {
    struct Row: Decodable { let answer: String }
    let rows = try VerifierCase.rows(
      of: Self.data.appending(path: "tasks/gsm8k/train.jsonl"), as: Row.self)
    let verifier = try ArithmeticVerifier(settings: [:])
    #expect(rows.count == 7_473)
    for row in rows {
      let verdict = verifier.judge(Problem(id: "p", prompt: "", answer: row.answer), row.answer)
      #expect(verdict.outcome == .passed, "\(row.answer.suffix(60)): \(verdict.reason)")
    }
  }

  @Test func `each disagreement with Math-Verify is in the table`() throws {
    struct Row: Decodable {
      let id, gold, pred: String
      let expected: Int
    }
    let rows = try VerifierCase.rows(
      of: Self.data.appending(path: "peers/math_verify_number_cases.jsonl"), as: Row.self)
    let explained = Set(try VerifierCase.all.get().map(\.problem.id))
    let verifier = try ArithmeticVerifier(settings: [:])
    var differing: Set<String> = []
    for row in rows {
      let verdict = verifier.judge(Problem(id: "p", prompt: "", answer: row.gold), row.pred)
      if verdict.outcome != (row.expected == 1 ? .passed : .wrong) { differing.insert(row.id) }
    }
    #expect(rows.count == 106)
    #expect(differing == explained.filter { $0.hasPrefix("math-verify/") })
  }

  @Test func `what fools other Countdown checkers is refused`() throws {
    struct Row: Decodable {
      let expr: String
      let numbers: [JSONValue]
      let target: JSONValue
      let correct: Bool?
    }
    let rows = try VerifierCase.rows(
      of: Self.data.appending(path: "peers/countdown_adversarial.jsonl"), as: Row.self)
    #expect(rows.count == 10)
    for row in rows {
      let verdict = try judge(
        nil, row.expr, metadata: ["numbers": .array(row.numbers), "target": row.target])
      #expect(verdict.outcome == (row.correct ?? false ? .passed : .wrong), "\(row.expr)")
    }
  }

  @Test func `the solutions of reasoning-gym's Countdown pass`() throws {
    let rows = try VerifierCase.rows(
      of: Self.data.appending(path: "peers/reasoning_gym_samples.jsonl"), as: FamilyRow.self)
    let countdown = rows.filter { $0.family == "countdown" }
    #expect(countdown.count == 20)
    for row in countdown {
      let metadata = try #require(row.metadata)
      #expect(
        try judge(row.answer, try #require(row.answer), metadata: metadata).outcome == .passed)
      #expect(try judge(row.answer, "banana", metadata: metadata).outcome == .wrong)
    }
  }

  private struct FamilyRow: Decodable {
    let family: String
    let answer: String?
    let metadata: [String: JSONValue]?
  }
}
