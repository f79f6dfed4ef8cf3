import Foundation
import Logging
import TestSupport
import Testing
import VerifierKit
import Verifiers

@testable import Tasks

/// Rows that others published, imported and then judged by the verifiers that they were placed with.
@Suite(
  .enabled(if: SharedFiles.areHere, Comment(rawValue: SharedFiles.absence)), .serialized)
struct ImportedRowsTests {
  private static let data = SharedFiles.root.appending(path: "data")
  private static let verifiers = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "verifiers")

  private func verdicts(
    of verifier: String, _ requests: [JudgeRequest]
  ) async throws -> [NamedVerdict] {
    let judge = try Judge(
      terms: [RewardTerm(verifier: verifier)], workers: 2, folders: [Self.verifiers],
      log: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
    let judgements = try await judge.judge(requests)
    await judge.shutDown()
    return judgements.compactMap(\.verdicts.first)
  }

  @Test func `of reasoning-gym right answers pass, and garbage and nothing earn nothing`()
    async throws
  {
    let imported = try TaskImport(Self.data.appending(path: "peers/reasoning_gym_samples.jsonl"))
    let known = Set(VerifierCatalog.plugins(in: [Self.verifiers]).map(\.lastPathComponent))
    let byVerifier = Dictionary(grouping: imported.items, by: \.verifier)
    #expect((byVerifier["arithmetic"]?.count ?? 0) >= 300)
    for (verifier, items) in byVerifier where known.contains(verifier) {
      let problems = items.map(\.problem)
      let right = try await verdicts(
        of: verifier,
        problems.map { JudgeRequest(problem: $0, completion: $0.answer ?? "") })
      let passed = right.count { $0.outcome == .passed }
      print("reasoning-gym: \(verifier) accepts \(passed) of \(problems.count) right answers")
      #expect(Double(passed) >= 0.99 * Double(problems.count), "\(verifier)")
      for garbage in ["banana", ""] {
        let wrong = try await verdicts(
          of: verifier, problems.map { JudgeRequest(problem: $0, completion: garbage) })
        #expect(wrong.allSatisfy { $0.score == 0 }, "\(verifier), '\(garbage)'")
      }
    }
  }

  @Test func `of GSM8K every worked answer passes, and the one of another problem does not`()
    async throws
  {
    let items = try TaskImport(Self.data.appending(path: "tasks/gsm8k/train.jsonl")).items
      .prefix(500)
    let right = try await verdicts(
      of: "arithmetic",
      items.map { JudgeRequest(problem: $0.problem, completion: $0.completion ?? "") })
    #expect(right.allSatisfy { $0.outcome == .passed })
    let others = zip(items, items.dropFirst()).filter { $0.problem.answer != $1.problem.answer }
    let wrong = try await verdicts(
      of: "arithmetic",
      others.map { JudgeRequest(problem: $0.problem, completion: $1.completion ?? "") })
    #expect(wrong.allSatisfy { $0.outcome == .wrong })
  }

  @Test func `AceCode's row tells right programs from wrong ones`() async throws {
    let file = Self.data.appending(path: "formats/open-instruct_acecode_sample.jsonl")
    let item = try #require(try TaskImport(file).items.first)
    let bodies = [
      "return tokens", "return [t for t in tokens]", "return []", "pass", "return tokens[:1]",
    ]
    let verdicts = try await verdicts(
      of: item.verifier,
      bodies.map {
        JudgeRequest(problem: item.problem, completion: "def parse_tokens(tokens):\n    \($0)\n")
      })
    #expect(verdicts.map(\.outcome) == [.passed, .passed, .wrong, .wrong, .wrong])
  }
}
