import Foundation
import Logging
import Testing
import VerifierKit
import Verifiers

@testable import hone_verifier_fact_table

@Suite struct FactTableVerifierTests {
  @Test func `each case is judged as the table says`() throws {
    let bySettings = Dictionary(grouping: try VerifierCase.all.get()) { $0.settings ?? [:] }
    for (settings, cases) in bySettings {
      let verifier = try verifier(settings)
      for row in cases {
        let verdict = verifier.judge(row.problem, row.completion)
        #expect(verdict.outcome == row.outcome, "\(row.testDescription): \(verdict.reason)")
        #expect(verdict.score == row.score ?? [.passed: 1, .wrong: 0][row.outcome])
      }
    }
  }

  @Test func `no case of the table is there twice`() throws {
    let cases = try VerifierCase.all.get()
    #expect(cases.count > 150)
    #expect(Set(cases.map(\.problem.id)).count == cases.count)
  }

  @Test func `the process behind the host says the same`() async throws {
    let cache = FileManager.default.temporaryDirectory
      .appending(path: "fact-cache-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: cache) }
    let bySettings = Dictionary(grouping: try VerifierCase.all.get()) { $0.settings ?? [:] }
    for (settings, cases) in bySettings {
      let judge = try Judge(
        terms: [RewardTerm(verifier: "fact-table", settings: settings)],
        folders: [VerifierCase.root.appending(path: "verifiers")], cache: cache, log: .silent)
      let judgements = try await judge.judge(
        cases.map { JudgeRequest(problem: $0.problem, completion: $0.completion) })
      await judge.shutDown()
      for (row, judgement) in zip(cases, judgements) {
        let verdict = try #require(judgement.verdicts.first)
        #expect(verdict.outcome == row.outcome, "\(row.testDescription): \(verdict.reason)")
      }
    }
    let made = try FileManager.default.contentsOfDirectory(
      atPath: cache.appending(path: "fact-table").path)
    #expect(made.count == 2)  // two tables, each prepared once for all settings
  }

  @Test func `where sources differ, the verdict says who accepts`() throws {
    let verifier = try verifier(["table": .string("tasks/capitals/capitals.csv")])
    let verdict = verifier.judge(
      Problem(
        id: "p", prompt: "?",
        metadata: ["key": .string("Israel"), "relation": .string("capital")]), "Tel Aviv")
    #expect(verdict.reason.contains("'Israeli law' has another"))
    #expect(
      verdict.details == [
        "acceptedBy": .array([.string("seat of most embassies")]),
        "refusedBy": .array([.string("Israeli law")]),
      ])
    #expect(verdict.answer == "tel aviv")
  }

  @Test(
    arguments: [
      (["extract": .string("last")], "'extract' must be one of any, marker, boxed, line"),
      (["list": .bool(true)], "'list' must be one of any, all, ordered"),
      (["agreement": .string("most")], "'agreement' must be one of any, all"),
      (["asOf": .string("soon")], "'asOf' must be a year, a month or a day"),
      (["editDistance": .number(3)], "'editDistance' must be a whole number in 0...2"),
      (["unknownScore": .number(2)], "'unknownScore' must be a number in 0...1"),
      (["table": .string("t.csv")], "'table' must be prepared by the host"),
      (["table": .bool(true)], "'table' must be a text"),
    ] as [([String: JSONValue], String)])
  func `a setting that cannot be used is refused`(
    settings: [String: JSONValue], message: String
  ) throws {
    let error = try #require(throws: InvalidVerifierSetting.self) {
      try FactTableVerifier(settings: settings)
    }
    #expect(error.description.contains(message))
  }
}
