import Foundation
import Logging
import Testing
import VerifierKit
import Verifiers

@testable import hone_verifier_arithmetic

@Suite struct ArithmeticVerifierTests {
  @Test func `each case is judged as the table says`() throws {
    let cases = try VerifierCase.all.get()
    #expect(cases.count > 150)
    for row in cases {
      let verdict = try ArithmeticVerifier(settings: row.settings ?? [:])
        .judge(row.problem, row.completion)
      #expect(verdict.outcome == row.outcome, "\(row.testDescription): \(verdict.reason)")
      #expect(verdict.score == [.passed: 1, .wrong: 0][row.outcome])
    }
  }

  @Test(arguments: [
    (["27", "A: 27.0", "54/2", "2.7e1", "11,16,27", "\\frac{54}{2}"], "27"),
    (["-1/3", "A: −2/6", "-\\frac{1}{3}"], "-1/3"), (["28%", "$28$ percent"], "28%"),
    (["12345678901234567890123", "12,345,678,901,234,567,890,123.00"], "12345678901234567890123"),
  ])
  func `equal answers have equal names, so that votes can be counted`(
    completions: [String], name: String
  ) throws {
    for completion in completions {
      #expect(try judge("1000", completion).answer == name)
      #expect(try judge(nil, completion).answer == name)
    }
  }

  @Test func `no case of the table is there twice`() throws {
    let cases = try VerifierCase.all.get()
    #expect(Set(cases.map(\.problem.id)).count == cases.count)
  }

  @Test func `the process behind the host says the same`() async throws {
    let bySettings = Dictionary(grouping: try VerifierCase.all.get()) { $0.settings ?? [:] }
    for (settings, cases) in bySettings {
      let judge = try Judge(
        terms: [RewardTerm(verifier: "arithmetic", settings: settings)],
        folders: [VerifierCase.root.appending(path: "verifiers")], log: Logger.silent)
      let judgements = try await judge.judge(
        cases.map { JudgeRequest(problem: $0.problem, completion: $0.completion) })
      await judge.shutDown()
      for (row, judgement) in zip(cases, judgements) {
        let verdict = try #require(judgement.verdicts.first)
        #expect(verdict.outcome == row.outcome, "\(row.testDescription): \(verdict.reason)")
        #expect((judgement.reward == nil) == (row.outcome == .unscored))
      }
    }
  }

  @Test(
    arguments: [
      (["extract": .string("last")], "'extract' must be one of any, marker, boxed, lastNumber"),
      (["commas": .number(1)], "'commas' must be one of thousands, list"),
      (["useAll": .string("yes")], "'useAll' must be true or false"),
    ] as [([String: JSONValue], String)])
  func `a setting that cannot be used is refused`(
    settings: [String: JSONValue], message: String
  ) throws {
    let error = try #require(throws: InvalidVerifierSetting.self) {
      try ArithmeticVerifier(settings: settings)
    }
    #expect(error.description.contains(message))
  }
}

extension Logger {
  /// A log that nobody reads.
  static var silent: Logger { Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() } }
}
