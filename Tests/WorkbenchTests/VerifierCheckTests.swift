import Foundation
import Testing
import VerifierKit
import Verifiers

@testable import Workbench

@Suite(.serialized) struct VerifierCheckTests {
  /// Judgements that break a promise, and the promise.
  static let faults: [(String, CheckReport.Rule, String)] = [
    // A substring is taken for an answer.
    (
      "return passed('there') if problem.answer in completion else wrong('not there')",
      .mutations, "a second answer appended"
    ),
    // A number is compared by its beginning.
    (
      """
      return passed('starts') if last_line(completion).startswith(problem.answer) else wrong('no')
      """, .mutations, "a digit behind"
    ),
    // g_nondeterministic
    (
      """
      if calls > 3: return wrong('tired')
      return passed('same') if last_line(completion) == problem.answer else wrong('other')
      """, .determinism, "asked again"
    ),
    // g_state_leak
    (
      """
      if completion == '': os.environ['SEEN'] = '1'
      if os.environ.get('SEEN'): return wrong('seen an empty one')
      return passed('same') if last_line(completion) == problem.answer else wrong('other')
      """, .order, "between other requests"
    ),
    (
      """
      if len(completion) > 10000: os._exit(3)
      return passed('same') if last_line(completion) == problem.answer else wrong('other')
      """, .conduct, "the process ended with exit code 3"
    ),
    ("return wrong('never')", .outcomes, "should be passed with score 1.0"),
    ("return passed('so so', score=0.5)", .outcomes, "is passed with score 0.5"),
    ("return passed('bad', score=2)", .outcomes, "the score is 2, not a number in 0...1"),
  ]

  private static let cases = """
    {"problem":{"id":"a","prompt":"?","answer":"42"},"completion":"so\\n42","outcome":"passed","why":"it"}
    {"problem":{"id":"b","prompt":"?","answer":"42"},"completion":"41","outcome":"wrong","why":"not it"}
    """

  @Test(arguments: faults)
  func `a verifier that breaks a promise is told so, with the text that shows it`(
    body: String, rule: CheckReport.Rule, words: String
  ) async throws {
    let report = try await BenchPlugin(body, judges: "number", cases: Self.cases).check()
    #expect(!report.passed)
    let failures = report.failures.filter { $0.rule == rule }
    #expect(failures.contains { $0.explanation.contains(words) }, "\(report.text)")
    #expect(report.text.contains("FAILED  \(rule.meaning)"))
  }

  @Test func `a row that needs a program that is not installed is counted, and not asked about`()
    async throws
  {
    func row(_ id: String, _ needs: String) -> String {
      #"{"problem":{"id":"\#(id)","prompt":"?"},"completion":"42","outcome":"passed","#
        + #""needs":[\#(needs)]}"#
    }
    let table = [
      Self.cases, row("c", #""/usr/bin/no-such-program""#),
      row("d", #""/usr/bin/env","/usr/bin/none""#),
    ].joined(separator: "\n")
    let body = "return passed('same') if last_line(completion) == problem.answer else wrong('no')"
    let report = try await BenchPlugin(body, judges: "number", cases: table).check()
    #expect(report.passed, "\(report.text)")
    #expect(report.rows.count == 2)
    #expect(report.unasked == ["/usr/bin/no-such-program": 1, "/usr/bin/none": 1])
    #expect(
      report.text.contains(
        "cases not asked, since '/usr/bin/no-such-program' is not installed: 1"))
  }

  @Test func `the scaffold's plugin keeps all promises`() async throws {
    let report = try await BenchPlugin().check()
    #expect(report.passed, "\(report.text)")
    #expect(report.rows.count == 13 && report.mutations > 15)
    #expect(report.rows.allSatisfy { $0.isAsExpected })
    #expect(report.verdictsPerSecond > 0)
  }

  @Test func `arithmetic keeps all promises`() async throws {
    let manifest = try VerifierCatalog.find("arithmetic")
    let report = try await VerifierCheck(manifest, log: .silent).run()
    #expect(report.passed, "\(report.text)")
    #expect(report.mutations > 200)
  }

  @Test(.enabled(if: Jail.isPossible, Comment(rawValue: Jail.absence)))
  func `the code runner keeps all promises`() async throws {
    let manifest = try VerifierCatalog.find("code-runner")
    let report = try await VerifierCheck(manifest, log: .silent).run()
    #expect(report.passed, "\(report.text)")
    #expect(report.mutations > 60)
  }

  @Test func `a verifier that never runs leaves promises untried, and is told once`() async throws {
    let settings = #"{"ignoreCase":true}"#
    let other =
      #"{"problem":{"id":"c","prompt":"?","answer":"4"},"completion":"4","outcome":"passed","#
      + #""settings":\#(settings)}"#
    let report = try await BenchPlugin(
      "return wrong('no')\nsyntax error here", cases: "\(Self.cases)\n\(other)"
    ).check()
    #expect(report.untried == [.outcomes, .mutations, .determinism, .order] && !report.passed)
    #expect(report.text.contains("untried \(CheckReport.Rule.order.meaning)"), "\(report.text)")
    #expect(report.rows.count == 3)
    let told = report.failures.filter { $0.rule == .conduct }.map(\.explanation)
    #expect(told.count == 1 && told[0].contains("SyntaxError"), "\(report.text)")
    #expect(told.first?.contains("3 requests were not judged") == true)
  }

  @Test func `a verifier that hangs on each request is not waited for again`() async throws {
    let plugin = try BenchPlugin(
      "time.sleep(60)", cases: Self.cases,
      limits: "{ requestSeconds: 0.3, memoryMiB: 1024, processes: 8 }")
    let bench = try VerifierBench(try plugin.manifest(), log: .silent)
    let verdicts = try await bench.judge(
      (0..<200).map {
        JudgeRequest(problem: Problem(id: "p", prompt: "?"), completion: "\($0)")
      })
    let failures = await bench.failures.count
    await bench.shutDown()
    #expect(verdicts.count == 200 && verdicts.allSatisfy { $0.fault != nil })
    #expect(failures < 20, "\(failures) processes were tried")
    let report = try await plugin.check()
    #expect(report.untried.contains(.outcomes) && !report.passed, "\(report.text)")
  }

  @Test func `a table without right or wrong answers shows nothing`() async throws {
    let row =
      #"{"problem":{"id":"a","prompt":"?","answer":"4"},"completion":"5","outcome":"wrong"}"#
    let report = try await BenchPlugin("return wrong('never')", cases: row).check()
    #expect(report.failures.map(\.rule) == [.table])
    #expect(report.failures.first?.explanation.contains("refuses everything would pass") == true)
  }

  @Test func `an answer that the case accepts is no mutation`() async throws {
    let row =
      #"{"problem":{"id":"a","prompt":"?","answer":"9"},"completion":"9","outcome":"passed""#
    let wrong =
      #"{"problem":{"id":"b","prompt":"?","answer":"9"},"completion":"5","outcome":"wrong"}"#
    let body = "return passed('near') if completion in ('9', '10') else wrong('far')"
    let strict = try await BenchPlugin(body, judges: "number", cases: "\(row)}\n\(wrong)").check()
    #expect(strict.failures.map(\.rule) == [.mutations])
    #expect(strict.failures.first?.completion == "10")
    let excused = try await BenchPlugin(
      body, judges: "number", cases: "\(row),\"accepts\":[\"10\"]}\n\(wrong)"
    ).check()
    #expect(excused.passed, "\(excused.text)")
  }

  // MARK: - Mutations

  @Test func `a program that the case accepts is no mutation`() throws {
    func names(_ completion: String, accepts: String) throws -> [String] {
      let plugin = try BenchPlugin(
        cases: #"{"problem":{"id":"a","prompt":"?"},"completion":"\#(completion)","#
          + #""outcome":"passed","accepts":[\#(accepts)]}"#)
      let row = try VerifierCase.read(plugin.own.appending(path: "cases.jsonl"))[0]
      return GoldMutation.all(of: row, subject: .code).map(\.name)
    }
    let all = [
      "empty", "a program that does not compile", "nothing but `pass`", "all lines commented out",
    ]
    #expect(try names("print(1)", accepts: "") == all)
    #expect(try names("print(1)", accepts: "\"pass\"") == [all[0], all[1], all[3]])
    #expect(try names("pass", accepts: "\"# pass\"") == [all[0], all[1]])
  }

  @Test func `every place of the answer is changed, and only where it stands alone`() throws {
    func mutated(_ completion: String, _ answer: String) throws -> [String] {
      let problem = Problem(id: "a", prompt: "?", answer: answer)
      let gold = try BenchPlugin.gold(problem, completion)
      return GoldMutation.all(of: gold, subject: .number).map(\.completion)
    }
    #expect(try mutated("18, so 18", "18").contains("19, so 19"))
    #expect(try mutated("18", "18").contains("-18"))
    #expect(try mutated("18", "18").contains("18 or 19"))
    // What may be right in another writing is only emptied.
    #expect(try mutated("118 - 100 = 18", "18") == [""])
    #expect(try mutated("18.0", "18") == [""])
    #expect(try mutated("36/2", "18") == [""])
  }
}

extension BenchPlugin {
  /// A case that passes.
  static func gold(_ problem: Problem, _ completion: String) throws -> VerifierCase {
    let row: [String: Any] = [
      "problem": ["id": problem.id, "prompt": problem.prompt, "answer": problem.answer ?? ""],
      "completion": completion, "outcome": "passed",
    ]
    let data = try JSONSerialization.data(withJSONObject: row)
    let plugin = try BenchPlugin(cases: String(decoding: data, as: UTF8.self))
    return try VerifierCase.read(plugin.own.appending(path: "cases.jsonl"))[0]
  }
}
