import Foundation
import TestSupport
import Testing
import VerifierKit

@testable import Tasks

/// Files that others published, as they are.
@Suite(.enabled(if: SharedFiles.areHere, Comment(rawValue: SharedFiles.absence)))
struct PublishedRowsTests {
  private static let data = SharedFiles.root.appending(path: "data")

  private func imported(_ path: String) throws -> TaskImport {
    try TaskImport(Self.data.appending(path: path))
  }

  @Test func `GSM8K's training set is placed whole`() throws {
    let imported = try imported("tasks/gsm8k/train.jsonl")
    #expect(imported.format == .gsm8k && imported.rows == 7473)
    #expect(imported.unplaced == [])
    #expect(imported.items.allSatisfy { $0.verifier == "arithmetic" && $0.completion != nil })
    #expect(imported.items.first?.problem.answer == "72")
  }

  @Test func `HumanEval is read from gzip as from lines`() throws {
    let plain = try imported("tasks/humaneval/HumanEval.jsonl")
    let compressed = try imported("tasks/humaneval/HumanEval.jsonl.gz")
    #expect(plain.items.count == 164 && plain.unplaced == [])
    #expect(plain.items.map(\.problem) == compressed.items.map(\.problem))
  }

  @Test func `MBPP is placed whole`() throws {
    let imported = try imported("tasks/mbpp/mbpp_train.jsonl")
    #expect(imported.format == .mbpp && imported.items.count == 384 && imported.unplaced == [])
  }

  @Test func `rows of open-instruct and AceCode are placed`() throws {
    let rows = try imported("formats/open-instruct_rlvr_test.jsonl")
    #expect(rows.format == .openInstruct && rows.items.count == 100)
    #expect(rows.items.allSatisfy { $0.verifier == "arithmetic" })
    let code = try imported("formats/open-instruct_acecode_sample.jsonl")
    let problem = try #require(code.items.first).problem
    #expect(problem.metadata["entry"] == .string("parse_tokens"))
    #expect(problem.metadata["kind"] == .string("function"))
    guard case .array(let calls)? = problem.metadata["calls"] else {
      Issue.record("there are no calls")
      return
    }
    #expect(calls.count >= 10)
  }

  @Test func `every row of reasoning-gym is placed, or says why not`() throws {
    let imported = try imported("peers/reasoning_gym_samples.jsonl")
    #expect(imported.format == .reasoningGym && imported.rows == 940)
    let placed = Dictionary(grouping: imported.items) { $0.problem.metadata["family"] }
    let unplaced = imported.unplaced.reduce(0) { $0 + $1.count }
    #expect(imported.items.count + unplaced == imported.rows)
    // A family is placed as a whole, or not at all.
    #expect(placed.values.allSatisfy { $0.count == 20 })
    #expect(imported.unplaced.allSatisfy { $0.reason.hasPrefix("the family '") })
    #expect(placed.count >= 35)
    #expect(placed[.string("countdown")]?.first?.problem.metadata["target"] == .number(139))
    #expect(placed[.string("gcd")]?.first?.problem.metadata["numbers"] == nil)
  }
}
