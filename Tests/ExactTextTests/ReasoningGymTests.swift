import Foundation
import Tasks
import TestSupport
import Testing
import VerifierKit

@testable import hone_verifier_arithmetic
@testable import hone_verifier_exact_text

/// Rows of reasoning-gym, judged by the verifiers that the table names.
@Suite(.enabled(if: SharedFiles.areHere, Comment(rawValue: SharedFiles.absence)))
struct ReasoningGymTests {
  private struct Row: Decodable {
    let family: String
    let question: String
    let answer: String?
    let metadata: [String: JSONValue]
  }

  /// What a verifier said of the rows of one family.
  private struct Tally {
    var rows = 0
    var right = 0
    var paid: [String] = []
    var unscored: [String] = []
  }

  private static func rows() throws -> [Row] {
    let file = SharedFiles.root.appending(path: "data/peers/reasoning_gym_samples.jsonl")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }
  }

  /// The verdict of the verifier that a family's entry names.
  private func judge(_ row: Row, _ completion: String) throws -> Verdict? {
    guard
      case .verifier(let name, let added)? = ReasoningGymFamilies.judging(of: row.family)
    else { return nil }
    let problem = Problem(
      id: "p", prompt: row.question, answer: row.answer,
      metadata: row.metadata.merging(added) { $1 })
    switch name {
    case "arithmetic": return try ArithmeticVerifier(settings: [:]).judge(problem, completion)
    case "exact-text": return try ExactTextVerifier(settings: [:]).judge(problem, completion)
    default:
      Issue.record("the table names the verifier '\(name)'")
      return nil
    }
  }

  @Test func `right answers are accepted, garbage and nothing are not, family by family`() throws {
    let rows = try Self.rows()
    #expect(rows.count == 940)
    var tallies: [String: Tally] = [:]
    for row in rows {
      guard let answer = row.answer, let verdict = try judge(row, answer) else { continue }
      var tally = tallies[row.family] ?? Tally()
      tally.rows += 1
      if verdict.outcome == .passed { tally.right += 1 }
      if verdict.outcome == .unscored { tally.unscored.append(verdict.reason) }
      for garbage in ["banana", "", "I do not know.", "[]", "\(answer) or banana 17"] {
        guard try judge(row, garbage)?.score != 0 else { continue }
        tally.paid.append(garbage)
      }
      // The answer behind a marker, as models write it, is the same answer.
      #expect(try judge(row, "Answer: \(answer)")?.outcome == verdict.outcome, "\(answer)")
      tallies[row.family] = tally
    }
    for (family, tally) in tallies.sorted(by: { $0.key < $1.key }) {
      print("\(family): \(tally.right) of \(tally.rows) right answers accepted")
      #expect(tally.rows == 20, "\(family)")
      #expect(tally.right == 20, "\(family): \(tally.right) of 20, \(tally.unscored)")
      #expect(tally.paid == [], "\(family)")
    }
    #expect(tallies.count == 39)
  }

  @Test func `another row's answer is refused`() throws {
    var tried = 0
    for (_, rows) in Dictionary(grouping: try Self.rows(), by: \.family) {
      for (row, other) in zip(rows, rows.dropFirst() + rows.prefix(1)) {
        guard let answer = row.answer, let wrong = other.answer, answer != wrong,
          row.family != "puzzle24", let verdict = try judge(row, wrong)
        else { continue }
        tried += 1
        #expect(verdict.outcome == .wrong, "\(row.family): \(wrong) for \(answer)")
      }
    }
    #expect(tried > 600)
  }

  @Test func `each family of the samples is judged, or refused for a reason`() throws {
    let families = Set(try Self.rows().map(\.family))
    #expect(families == Set(ReasoningGymFamilies.names))
    #expect(ReasoningGymFamilies.judging(of: "no_such_family") == nil)
    for family in families {
      if case .unsupported(let reason)? = ReasoningGymFamilies.judging(of: family) {
        #expect(reason.count > 10)
      }
    }
  }

  @Test func `the question's fraction is not its simplest form`() throws {
    for row in try Self.rows() where row.family == "fraction_simplification" {
      guard case .number(let over)? = row.metadata["numerator"],
        case .number(let under)? = row.metadata["denominator"]
      else {
        Issue.record("no fraction in \(row.question)")
        continue
      }
      #expect(try judge(row, "\(Int(over))/\(Int(under))")?.outcome == .wrong)
    }
  }
}
