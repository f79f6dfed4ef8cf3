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

  @Test(
    arguments: [
      // What is written, for "6\n7\n", and which normalisers take it.
      ("p_output_no_newline", "print(6, 7, sep='\\n', end='')", [.lines, .tokens]),
      ("p_output_crlf", "print('6\\r\\n7', end='\\r\\n')", [.lines, .tokens]),
      ("p_output_trailing_ws", "print('6 \\t\\n7  \\n\\n')", [.lines, .tokens]),
      ("leading blanks", "print(' 6\\n7')", [.tokens]), ("one line", "print(6, 7)", [.tokens]),
      ("as it should be", "print('6\\n7')", [.exact, .lines, .tokens]),
      ("more", "print('6\\n7\\n8')", []),
    ] as [(String, String, [OutputNormaliser])])
  func `forms of an output count as the normaliser says`(
    name: String, source: String, accepted: [OutputNormaliser]
  ) throws {
    let bench = try RunnerBench()
    for normaliser in OutputNormaliser.allCases {
      let problem = program([("", "6\n7\n")], ["normaliser": .string(normaliser.rawValue)])
      let (outcome, verdict) = bench.outcome(problem, source)
      #expect(
        outcome == (accepted.contains(normaliser) ? .passed : .wrong),
        "\(name), \(normaliser): \(verdict.reason)")
    }
  }

  @Test(
    arguments: [
      (["normalizer": .string("exact")], "it is spelt 'normaliser'"),
      (["Kind": .string("stdio")], "it is spelt 'kind'"),
      (
        [
          "cases": .array([
            .object(["input": .string(""), "output": .string("1"), "hidden": .bool(true)])
          ])
        ], "a field 'hidden', which is none of input, output, visible"
      ),
      (
        [
          "cases": .array([
            .object(["output": .string(String(repeating: "x", count: (256 << 10) + 1))])
          ])
        ], "longer than the setting 'outputKiB', 256"
      ),
    ] as [([String: JSONValue], String)])
  func `a task that is misspelt or cannot be met is unscored`(
    more: [String: JSONValue], reason: String
  ) throws {
    let (outcome, verdict) = try RunnerBench().outcome(program([("", "1\n")], more), "print(1)")
    #expect(outcome == .infrastructure && verdict.reason.contains(reason), "\(verdict.reason)")
  }

  @Test func `expected values that no cell can return are refused`() throws {
    let bench = try RunnerBench()
    func reason(_ expected: JSONValue) -> String {
      bench.outcome(function("f", [([], expected)]), "def f(): return 1").1.reason
    }
    let deep = (0...ReturnLimits.depth).reduce(JSONValue.number(1)) { value, _ in .array([value]) }
    #expect(reason(deep).contains("deeper or larger than a cell returns"))
    let wide = JSONValue.array(Array(repeating: .null, count: ReturnLimits.count))
    #expect(reason(wide).contains("deeper or larger than a cell returns"))
    let long = JSONValue.array(
      Array(repeating: .string(String(repeating: "x", count: 50_000)), count: 25))
    #expect(reason(long).contains("longer than the 1024 KiB of a cell"))
    let unhashable = JSONValue.object(["s": .array([.array([])])])
    #expect(reason(unhashable).contains("cannot hash"))
    #expect(
      reason(.object(["d": .array([.array([.object(["d": .array([])]), .null])])])).contains("hash")
    )
  }

  @Test func `the largest values that a cell returns are returned`() throws {
    let bench = try RunnerBench()
    let deep = (0..<ReturnLimits.depth).reduce(JSONValue.number(1)) { value, _ in .array([value]) }
    let nest = "def f():\n  x = 1\n  for _ in range(\(ReturnLimits.depth)): x = [x]\n  return x"
    #expect(bench.outcome(function("f", [([], deep)]), nest).0 == .passed)
    let wide = JSONValue.array(Array(repeating: .null, count: ReturnLimits.count - 1))
    let many = "def f(): return [None] * \(ReturnLimits.count - 1)"
    #expect(bench.outcome(function("f", [([], wide)]), many).0 == .passed)
    // On both sides of the length from which cells write hexadecimal digits.
    for (power, sign) in [(3913, ""), (3912, "-"), (3913, "-")] {
      let digits = sign + "1" + String(repeating: "0", count: power)
      let expected = JSONValue.object(["i": .string(digits)])
      let source = "def f(): return \(sign.isEmpty ? 1 : -1) * 10 ** \(power)"
      #expect(bench.outcome(function("f", [([], expected)]), source).0 == .passed, "10^\(power)")
    }
    let hexadecimal = JSONValue.object(["i": .string("-0xff")])
    #expect(bench.outcome(function("f", [([], hexadecimal)]), "def f(): return -255").0 == .passed)
  }

  @Test func `a result that tests cannot be given is named where they fail`() throws {
    let problem = Problem(
      id: "t", prompt: "?",
      metadata: [
        "kind": .string("tests"), "entry": .string("f"),
        "tests": .array([.string(""), .string("assert list(f(3)) == [0, 1, 2]")]),
      ])
    let bench = try RunnerBench()
    let (outcome, verdict) = bench.outcome(problem, "def f(n): yield from range(n)")
    #expect(outcome == .wrong && verdict.reason.contains("what is no plain value"))
    #expect(bench.outcome(problem, "def f(n): return list(range(n))").0 == .passed)
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
      ("wallFactor", .number(0.5), "a number in 1...100"),
      ("totalSeconds", .string("1"), "a number in 0.1...86400"),
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
