import Foundation
import Testing
import VerifierKit
import Verifiers

@testable import hone_verifier_code_runner

/// A row of the verifier's `cases.jsonl`.
struct VerifierCase: Decodable, Sendable {
  let problem: Problem
  let completion: String
  let outcome: VerifierOutcome
  let why: String
  let settings: [String: JSONValue]?

  /// The whole table.
  static let all = Result {
    try String(
      contentsOf: RunnerBench.root.appending(path: "verifiers/code-runner/cases.jsonl"),
      encoding: .utf8
    ).split(separator: "\n").map {
      try JSONDecoder().decode(VerifierCase.self, from: Data($0.utf8))
    }
  }
}

@Suite(.serialized) struct CodeRunnerCaseTests {
  @Test func `each case is judged as the table says, behind the jail`() async throws {
    let bySettings = Dictionary(grouping: try VerifierCase.all.get()) { $0.settings ?? [:] }
    #expect(bySettings.values.reduce(0) { $0 + $1.count } > 70)
    for (settings, cases) in bySettings {
      let judge = try Judge(
        terms: [RewardTerm(verifier: "code-runner", settings: settings)],
        folders: [RunnerBench.root.appending(path: "verifiers")], log: .silent)
      let judgements = try await judge.judge(
        cases.map { JudgeRequest(problem: $0.problem, completion: $0.completion) })
      await judge.shutDown()
      for (row, judgement) in zip(cases, judgements) {
        let verdict = try #require(judgement.verdicts.first)
        #expect(
          verdict.outcome == row.outcome, "\(row.problem.id), \(row.why): \(verdict.reason)")
        #expect(verdict.score == [.passed: 1, .wrong: 0][row.outcome])
      }
    }
  }

  @Test func `the same completions get the same verdicts again, in any order`() throws {
    let cases = try VerifierCase.all.get().filter { $0.settings == nil }
    let bench = try RunnerBench()
    let first = cases.map { bench.runner.judge($0.problem, $0.completion) }
    let again = cases.reversed().map { bench.runner.judge($0.problem, $0.completion) }.reversed()
    for (row, (one, other)) in zip(cases, zip(first, again)) {
      #expect(one.outcome == other.outcome && one.reason == other.reason, "\(row.problem.id)")
    }
  }

  @Test func `a share of the hidden cases is paid only where that is asked for`() throws {
    let cases: [JSONValue] = [
      (1, true), (2, false), (3, false), (4, false), (5, false),
    ].map { (number: Int, isVisible: Bool) in
      .object([
        "input": .string("\(number)"), "output": .string("\(number * number)"),
        "visible": .bool(isVisible),
      ])
    }
    let problem = Problem(
      id: "p", prompt: "?", metadata: ["kind": .string("stdio"), "cases": .array(cases)])
    let source = "n = int(input())\nprint(n * n if n < 3 else 0)"
    #expect(try RunnerBench().runner.judge(problem, source).score == 0)
    let paid = try RunnerBench(["partialCredit": .bool(true)]).runner.judge(problem, source)
    #expect(paid.score == 0.25 && paid.outcome == .wrong)
    #expect(paid.details["cases"] == .number(4) && paid.details["right"] == .number(1))
  }

  @Test func `a record tells the outcome, the times and the end of standard error`() throws {
    let source = "import sys\nprint('x' * 9000, 'the end', file=sys.stderr)\nraise KeyError('k')"
    let verdict = try RunnerBench().runner.judge(program([("", "1\n")]), source)
    #expect(verdict.reason == "runtimeError: case 1 of 1: it raised KeyError")
    guard case .number(let cpu)? = verdict.details["cpuSeconds"],
      case .number(let wall)? = verdict.details["wallSeconds"],
      case .string(let errors)? = verdict.details["standardError"]
    else {
      Issue.record("a detail is missing: \(verdict.details)")
      return
    }
    #expect(cpu > 0 && cpu < 3 && wall > 0 && wall < 6)
    #expect(errors.contains("KeyError: 'k'") && errors.utf8.count <= 2048)
  }

  @Test func `what is not installed is named with where it was looked for`() throws {
    let places = RunnerPlaces(
      executables: VerifierCatalog.executableFolder,
      plugin: FileManager.default.temporaryDirectory)
    let verdict = try CodeRunner(settings: [:], places: places).judge(program([("", "1\n")]), "x")
    #expect(verdict.outcome == .unscored)
    #expect(verdict.reason.contains("python_host.py'; it belongs to the plugin's folder"))
    let elsewhere = RunnerPlaces(
      executables: FileManager.default.temporaryDirectory,
      plugin: RunnerBench.root.appending(path: "verifiers/code-runner"))
    let other = try CodeRunner(settings: [:], places: elsewhere)
    #expect(other.judge(program([("", "1\n")]), "x").reason.contains("libHoneCell.so"))
    #expect(
      other.judge(program([("", "1\n")], language: "c"), "x").reason.contains("hone-cell'; build"))
  }

  @Test(
    arguments: [
      ("language", .string("cobol"), "one of python, c, shell, javascript"),
      ("partialCredit", .number(1), "true or false"),
      ("cpuSeconds", .number(0), "a whole number in 1...3600"),
      ("cpuSeconds", .number(1.5), "a whole number in 1...3600"),
      ("wallFactor", .number(0.5), "a number in 1.0...100.0"),
      ("totalSeconds", .string("1"), "a number in 0.1...86400.0"),
      ("memoryMiB", .number(1), "a whole number in 64...65536"),
      ("processes", .number(0), "a whole number in 1...1024"),
      ("sourceKiB", .number(5000), "a whole number in 1...900"),
      ("colour", .string("red"), "absent: nothing reads it"),
    ] as [(String, JSONValue, String)])
  func `a setting that cannot be used is refused`(
    name: String, value: JSONValue, rule: String
  ) throws {
    let error = try #require(throws: InvalidVerifierSetting.self) {
      try CodeRunner(settings: [name: value])
    }
    #expect(error.description == "the setting '\(name)' must be \(rule)")
  }

  @Test func `the manifest's settings are those that the runner has`() throws {
    let manifest = try VerifierManifest(
      folder: RunnerBench.root.appending(path: "verifiers/code-runner"))
    #expect(try RunnerSettings(manifest.settings) == RunnerSettings())
    #expect(manifest.settings.count == 13)
  }

  @Test func `a source beyond the limit is refused without running it`() throws {
    let bench = try RunnerBench(["sourceKiB": .number(1)])
    let (outcome, verdict) = bench.outcome(
      program([("", "1\n")]), "print(1)" + String(repeating: " ", count: 1024))
    #expect(outcome == .runtimeError && verdict.reason.contains("longer than 1 KiB"))
  }
}
