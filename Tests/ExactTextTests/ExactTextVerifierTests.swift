import Foundation
import Logging
import Tasks
import Testing
import VerifierKit
import Verifiers
import Workbench

@testable import hone_verifier_exact_text

@Suite struct ExactTextVerifierTests {
  /// The checkout's root.
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static func manifest() throws -> VerifierManifest {
    try VerifierCatalog.find("exact-text", in: [root.appending(path: "verifiers")])
  }

  private static func cases() throws -> [VerifierCase] {
    try VerifierCase.read(try manifest().folder.appending(path: VerifierCase.fileName))
  }

  @Test func `each case is judged as the table says`() throws {
    let cases = try Self.cases()
    #expect(cases.count > 120)
    #expect(Set(cases.map(\.problem.id)).count == cases.count)
    for row in cases {
      let verdict = try ExactTextVerifier(settings: row.settings).judge(row.problem, row.completion)
      #expect(verdict.outcome == row.outcome, "\(row.problem.id), \(row.why): \(verdict.reason)")
    }
  }

  @Test func `each form has a case that passes and one that is wrong`() throws {
    for form in AnswerForm.allCases where form != .text {
      for outcome in [VerifierOutcome.passed, .wrong] {
        let rows = try Self.cases().filter {
          $0.problem.metadata["answerForm"] == .string(form.rawValue) && $0.outcome == outcome
        }
        #expect(!rows.isEmpty, "\(form), \(outcome)")
      }
    }
  }

  @Test func `its own check finds nothing: cases, mutations, order, repetition`() async throws {
    let report = try await VerifierCheck(Self.manifest(), log: .silent).run()
    #expect(report.passed, "\(report.text)")
    #expect(report.mutations > 150)
  }

  @Test(arguments: ["words/heldout", "scratchpad/heldout"])
  func `no attack on a shipped task is paid for`(reference: String) async throws {
    let all = try TaskCatalog.load(reference, in: [Self.root.appending(path: "tasks")])
    var seen: [JSONValue?: Int] = [:]
    let twoOfEach = all.problems.filter { problem in
      seen[problem.metadata["family"], default: 0] += 1
      return seen[problem.metadata["family"], default: 0] <= 2
    }
    let set = try TaskSet(name: reference, problems: twoOfEach)
    let report = try await VerifierStress(try Self.manifest(), on: set, log: .silent)
      .run(withSize: false)
    #expect(report.passed, "\(report.text)")
  }

  @Test func `equal answers have equal names, so that votes can be counted`() throws {
    let verifier = try ExactTextVerifier(settings: ["answerForm": .string("list")])
    let problem = Problem(id: "p", prompt: "?", answer: "9, 8")
    let names = ["3, 1", "[3.0, 1]", "Answer: '3' '1'", "The answer is 3; 1."].map {
      verifier.judge(problem, $0).answer
    }
    #expect(names == Array(repeating: "[3, 1]", count: 4))
  }

  @Test(
    arguments: [
      (
        ["extract": .string("last")],
        "'extract' must be one of any, marker, boxed, lastLine, whole"
      ),
      (["answerForm": .number(1)], "'answerForm' must be one of text, exact"),
    ] as [([String: JSONValue], String)])
  func `a setting that cannot be used is refused`(
    settings: [String: JSONValue], message: String
  ) throws {
    let error = try #require(throws: InvalidVerifierSetting.self) {
      try ExactTextVerifier(settings: settings)
    }
    #expect(error.description.contains(message))
  }

  @Test func `a day's weekday is the calendar's`() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let names = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
    for step in 0..<3_000 {
      let date = Date(timeIntervalSince1970: Double(step - 1_500) * 86_400 * 23.0)
      let parts = calendar.dateComponents([.year, .month, .day, .weekday], from: date)
      let (year, month) = (try #require(parts.year), try #require(parts.month))
      let (day, weekday) = (try #require(parts.day), try #require(parts.weekday))
      let text = "\(year)-\(month)-\(day)"
      #expect(CalendarDate("\(names[weekday - 1]), \(text)") != nil, "\(text)")
      #expect(CalendarDate("\(names[weekday % 7]), \(text)") == nil, "\(text)")
    }
  }
}

extension Logger {
  /// A log that nobody reads.
  static var silent: Logger { Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() } }
}
