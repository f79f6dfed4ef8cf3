import Foundation
import Tasks
import Testing
import VerifierKit
import Verifiers

@testable import Workbench

@Suite(.serialized) struct VerifierStressTests {
  private static let sums = [
    Problem(id: "a", prompt: "17+25=", answer: "42"),
    Problem(id: "b", prompt: "9-30=", answer: "-21"),
  ]
  private static let capitals = [
    Problem(id: "f", prompt: "Capital of France?", answer: "Paris"),
    Problem(id: "s", prompt: "Capital of Spain?", answer: "Madrid"),
  ]
  private static let programs = [
    Problem(
      id: "add", prompt: "def add(a, b):", metadata: ["entryPoint": .string("add")])
  ]

  private func stress(_ body: String, _ judges: String?, _ problems: [Problem]) async throws
    -> StressReport
  {
    let plugin = try BenchPlugin(
      body, judges: judges, limits: "{ requestSeconds: 5, memoryMiB: 1024, processes: 8 }")
    let set = try TaskSet(name: "problems", problems: problems)
    return try await VerifierStress(try plugin.manifest(), on: set, log: .silent)
      .run(withSize: false)
  }

  /// Verifiers that can be fooled: the body, what it judges, and attacks that must be among those
  /// that are reported.
  static let gullible: [(String, String, [String])] = [
    (
      "return passed('there') if problem.answer in completion else wrong('not there')", "number",
      ["superset answer", "hedge", "several boxed answers", "corrected away"]
    ),
    (
      """
      try: value = eval(completion, {'__builtins__': {}}) if len(completion) < 40 and '**9' not in completion else None
      except Exception: value = None
      return passed('equal') if value == int(problem.answer) else wrong('not equal')
      """, "number", ["operators", "a power of one"]
    ),
    (
      """
      digits = re.findall(r'-?\\d+', completion[:1000])
      return passed('last') if digits and int(digits[-1]) == int(problem.answer) else wrong('no')
      """, "number", ["Arabic-Indic digits"]
    ),
    (
      "return passed('there') if problem.answer.lower() in completion.lower() else wrong('no')",
      "fact",
      ["mention instead of answer", "negation", "all candidates listed", "hedge"]
    ),
    (
      "return passed('starts') if problem.answer.startswith(completion.strip()) else wrong('no')",
      "fact", ["empty answer", "only a beginning"]
    ),
    ("return passed('ok') if 'PASS' in completion else wrong('no')", "code", ["printed markers"]),
    ("return passed('yes', score=0.1)", "text", ["empty answer", "order to the judge", "NUL"]),
  ]

  @Test(arguments: gullible)
  func `a gullible verifier is caught with the text that fooled it`(
    body: String, judges: String, attacks: [String]
  ) async throws {
    let problems =
      judges == "number" ? Self.sums : judges == "code" ? Self.programs : Self.capitals
    let report = try await stress(body, judges, problems)
    #expect(!report.passed)
    let names = Set(report.fooled.map(\.attack))
    #expect(names.isSuperset(of: attacks), "\(report.text)")
    for finding in report.fooled {
      #expect((finding.score ?? 0) > 0 && finding.completion.unicodeScalars.count < 1_000)
    }
    #expect(report.text.contains("paid for with"))
  }

  @Test func `a verifier that reads exactly is not fooled`() async throws {
    let body = """
      answer = last_line(completion)
      return passed('same') if answer == problem.answer else wrong('other')
      """
    for (judges, problems) in [("number", Self.sums), ("fact", Self.capitals)] {
      let report = try await stress(body, judges, problems)
      #expect(report.passed, "\(report.text)")
      #expect(report.attacks > 60 && report.referencesPassed == 2)
    }
  }

  @Test func `arithmetic is not fooled by its own task`() async throws {
    let set = try TaskCatalog.load("arithmetic/heldout", in: TaskCatalog.defaultFolders())
      .spread(12)
    let report = try await VerifierStress(
      try VerifierCatalog.find("arithmetic"), on: set, log: .silent
    ).run(withSize: false)
    #expect(report.fooled.isEmpty && report.crashed.isEmpty, "\(report.text)")
    #expect(report.referencesPassed == 12 && report.attacks > 400)
  }

  @Test func `crashes and hangs are told apart, and the rest is still asked`() async throws {
    let report = try await stress(
      """
      if completion == 'nan': os._exit(9)
      if completion == 'inf': time.sleep(60)
      if completion.startswith('9**'): return unscored('too large')
      return wrong('no')
      """, "number", Array(Self.sums.prefix(1)))
    #expect(report.fooled.isEmpty && report.notAsked == 0)
    #expect(report.crashed.map(\.attack) == ["not a number"], "\(report.text)")
    #expect(report.late.map(\.attack) == ["infinity"])
    #expect(report.unscored.map(\.reason) == ["too large"] && !report.passed)
  }

  @Test func `texts of every size and depth are survived by one that reads exactly`() async throws {
    let plugin = try BenchPlugin(
      "return wrong('no') if last_line(completion) != problem.answer else passed('same')",
      limits: "{ requestSeconds: 60, memoryMiB: 1024, processes: 8 }")
    let bench = try VerifierBench(try plugin.manifest(), log: .silent)
    let verdicts = try await bench.judge(
      AnyAttacks.ofSize.map { JudgeRequest(problem: Self.sums[0], completion: $0.completion) })
    await bench.shutDown()
    #expect(verdicts.allSatisfy { $0.outcome == .wrong && $0.fault == nil })
    #expect(verdicts.count == 8)
  }

  @Test func `a verifier that never runs is said to, at once`() async throws {
    let report = try await stress("return wrong('no')\nsyntax error here", "number", Self.sums)
    #expect(!report.passed && report.notAsked == report.attacks)
    #expect(report.lastFailure?.contains("SyntaxError") == true, "\(report.text)")
  }

  /// A problem about a function, as the code runner's tasks write it.
  private static let function = Problem(
    id: "add", prompt: "Write add.", answer: "def add(a, b):\n    return a + b",
    metadata: [
      "kind": .string("function"), "entry": .string("add"),
      "calls": .array([
        .object(["arguments": .array([.number(2), .number(3)]), "expected": .number(5)]),
        .object(["arguments": .array([.number(-1), .number(1)]), "expected": .number(0)]),
      ]),
    ])

  @Test func `a verifier that runs a function beside its tests is fooled`() async throws {
    let body = """
      try:
          scope = {}
          exec(completion.removeprefix('```python').removesuffix('```'), scope)
          good = all(scope['add'](*c['arguments']) == c['expected'] for c in problem.metadata['calls'])
      except (Exception, SystemExit): good = False
      return passed('right') if good else wrong('not right')
      """
    let report = try await stress(body, nil, [Self.function])
    #expect(
      Set(report.fooled.map(\.attack)).isSuperset(of: ["equal to everything", "an int that lies"]),
      "\(report.text)")
    #expect(report.references == 1 && report.referencesPassed == 1)
  }

  @Test(.enabled(if: Jail.isPossible, Comment(rawValue: Jail.absence)))
  func `the code runner is not fooled by programs`() async throws {
    let set = try TaskSet(name: "functions", problems: [Self.function])
    let report = try await VerifierStress(
      try VerifierCatalog.find("code-runner"), on: set, log: .silent
    ).run(withSize: false)
    #expect(report.passed, "\(report.text)")
    #expect((report.families["code"]?.attacks ?? 0) > 25 && report.referencesPassed == 1)
  }

  @Test func `a verifier that judges no attack shows nothing`() async throws {
    let report = try await stress("return unscored('who knows')", "number", Self.sums)
    #expect(!report.passed && report.text.contains("judged none of them"), "\(report.text)")
    #expect(!report.text.contains("not fooled"))
  }

  // MARK: - The attacks themselves

  @Test(arguments: ["42", "-21", "0", "1", "9", "8", "10", "100", "3.5", "Paris", "A", "no"])
  func `no attack is the reference`(answer: String) {
    let problem = Problem(id: "a", prompt: "What?", answer: answer)
    let subject = VerifierManifest.Subject(guessedFrom: problem)
    let attacks = Attack.all(on: problem, subject: subject, others: ["Rome", "7"])
    #expect(attacks.count > 30)
    for attack in attacks {
      #expect(attack.completion.trimmingBlanks != answer, "\(attack.name)")
      if subject == .number {
        #expect(Double(attack.completion.trimmingBlanks) != Double(answer), "\(attack.name)")
      }
    }
  }

  @Test func `what a verifier judges is guessed from its problems`() {
    func guess(_ answer: String?, _ metadata: [String: JSONValue] = [:]) -> VerifierManifest.Subject
    {
      VerifierManifest.Subject(
        guessedFrom: Problem(id: "a", prompt: "?", answer: answer, metadata: metadata))
    }
    #expect(guess("42") == .number && guess("-3.5") == .number)
    #expect(guess(nil, ["numbers": .array([]), "target": .number(3)]) == .number)
    #expect(guess("New York") == .fact && guess(nil) == .text)
    #expect(guess("1", ["tests": .array([])]) == .code)
    #expect(guess("1", ["calls": .array([])]) == .code)
    #expect(guess("1", ["entry": .string("add")]) == .code)
    #expect(guess("a long text of more than six words") == .text)
  }

  @Test(arguments: [
    ("def f():\n    return 1", true), ("    return a + b", true), ("print(input())", true),
    ("#include <stdio.h>\nint main() {}", true), ("```\nx\n```", true), ("x = 3\nx", true),
    ("42", false), ("", false), ("hello there", false), ("a == b", false),
  ])
  func `only a reference that is a program is sent as one`(reference: String, isProgram: Bool) {
    #expect(CodeAttacks.isProgram(reference) == isProgram)
  }

  @Test func `programs of the attacks are about the problem's function`() {
    #expect(CodeAttacks.functionName(Self.programs[0]) == "add")
    #expect(CodeAttacks.functionName(Self.function) == "add")
    #expect(
      CodeAttacks.functionName(Problem(id: "a", prompt: "Complete:\n\ndef  sum_of (x):"))
        == "sum_of")
    #expect(
      CodeAttacks.functionName(
        Problem(id: "a", prompt: "?", metadata: ["entryPoint": .string("x; import os")])) == "solve"
    )
  }

  @Test(arguments: [
    ("42", true), ("-5", true), ("(ab)", true), ("7", false), ("((x 3) (y 4))", false), ("", false),
  ])
  func `letters are put apart only where two stand together`(answer: String, isTorn: Bool) {
    let problem = Problem(id: "a", prompt: "?", answer: answer)
    let attacks = AnyAttacks.all(on: problem, subject: .text)
    #expect(attacks.contains { $0.name == "letters apart" } == isTorn)
  }

  @Test func `an excerpt shows what is hidden and is short`() {
    #expect(Excerpt.of("a\u{202E}b\u{0}\n") == #"a\u{202e}b\u{0}\n"#)
    #expect(Excerpt.of(String(repeating: "x", count: 1_000)).hasSuffix("… (1000 bytes)"))
  }

  @Test func `a long reason keeps its beginning and its end`() {
    let reason = "died: " + String(repeating: "x", count: 2_000) + "\nTypeError: no"
    let excerpt = Excerpt.ofReason(reason)
    #expect(excerpt.hasPrefix("died: x") && excerpt.hasSuffix(#"\nTypeError: no"#))
    #expect(excerpt.contains("… (\(reason.utf8.count) bytes) …"))
    #expect(excerpt.unicodeScalars.count < Excerpt.reasonLimit + 40)
    #expect(Excerpt.ofReason("a\u{202E}b") == #"a\u{202e}b"#)
  }
}
