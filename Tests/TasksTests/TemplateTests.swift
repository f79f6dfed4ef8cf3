import Randomness
import Settings
import TestSupport
import Testing
import VerifierKit

@testable import Tasks

@Suite struct TemplateTests {
  // MARK: - Expressions

  @Test(arguments: [
    ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("7 - 2 - 1", 4), ("a * b % 5", 2), ("-a + 1", -2),
    ("12 / 4", 3), ("-7 % 3", 2), ("7 % -3", 1), ("a < b", 1), ("a >= b and 1", 0),
    ("not a == 3 or b == 4", 1), ("not not a", 1), ("min(a, b, 2)", 2), ("max(a, b)", 4),
    ("gcd(12, 18)", 6), ("gcd(0, 0)", 0), ("abs(a - b)", 1), ("a!=b", 1),
  ])
  func `an expression has the value that a person works out`(text: String, value: Int) throws {
    // a is 3 and b is 4
    #expect(try TemplateExpression(text).value(["a": 3, "b": 4]) == value)
  }

  @Test(arguments: [
    "1 / 0", "1 % 0", "7 / 2", "9223372036854775807 + 1", "-9223372036854775807 - 2",
    "4611686018427387904 * 2", "abs(-9223372036854775807 - 1)", "(-9223372036854775807 - 1) / -1",
    "1 % (-9223372036854775807 - 1)", "missing + 1",
  ])
  func `what has no value has none, and never crashes`(text: String) throws {
    #expect(try TemplateExpression(text).value([:]) == nil)
  }

  @Test(arguments: [
    ("", "ends where a value is needed"), ("1 +", "ends where a value is needed"),
    ("1 2", "cannot be read from '2' on"), ("a = b", "cannot be read from '= b' on"),
    ("system(1)", "cannot be read from '(1)' on"), ("min(1)", "gives min 1 arguments"),
    ("99999999999999999999", "beyond 64 bits"), ("1 < 2 < 3", "cannot be read from '< 3' on"),
    (String(repeating: "(", count: 900), "has more than 32 levels"),
    (String(repeating: "1+", count: 900) + "1", "is longer than 1000 bytes"),
  ])
  func `what is no expression is refused`(text: String, reason: String) {
    let error = #expect(throws: TemplateExpression.Refusal.self) { try TemplateExpression(text) }
    #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
  }

  @Test func `noise is read or refused, and computed in bounds`() {
    let pieces = [
      "1", "a", "+", "-", "*", "/", "%", "(", ")", "<", "==", "and ", "not ", "min(", ",", " ", "9",
      "\u{301}", "é",
    ]
    var read = 0
    for round in 0..<20_000 {
      var generator = CounterGenerator(keys: 5, UInt64(round))
      let text = (0..<generator.integer(in: 1...12)).map { _ in generator.element(of: pieces) }
        .joined()
      guard let expression = try? TemplateExpression(text) else { continue }
      read += 1
      _ = expression.value(["a": .max])
    }
    #expect(read > 300)
  }

  // MARK: - Families

  private func family(_ change: (inout TemplateFamily) -> Void) -> TemplateFamily {
    var family = TemplateFamily()
    family.prompt = "{name} has {a} and gets {b}. How many?"
    family.slots = ["name": .words(["Anna", "Ben"]), "a": .numbers(1...50), "b": .numbers(1...50)]
    (family.condition, family.answer) = ("a > b", "{a + b}")
    family.steps = ["{a} + {b} = {a + b}"]
    change(&family)
    return family
  }

  @Test func `problems are filled with what their slots may be`() throws {
    let set = try TemplateGenerator(TemplateSettings(), families: [("sums", family { _ in })])
      .taskSet("sums/train", .train)
    #expect(set.problems.count == 2_000 && set.demonstrations.count == 100)
    for problem in set.problems {
      let match = try #require(
        problem.prompt.wholeMatch(of: #/(Anna|Ben) has (\d+) and gets (\d+)\. How many\?/#))
      let (a, b) = (try #require(Int(match.2)), try #require(Int(match.3)))
      #expect((1...50).contains(a) && (1...50).contains(b) && a > b)
      #expect(problem.answer == "\(a + b)")
    }
    for demonstration in set.demonstrations {
      let answer = demonstration.problem.answer ?? ""
      #expect(demonstration.completion.hasSuffix(" = \(answer)\nAnswer: \(answer)"))
    }
  }

  static let mistakes: [(String, @Sendable (inout TemplateFamily) -> Void)] = [
    ("'prompt' is empty", { $0.prompt = "" }),
    ("'prompt' is '{a', but a brace is not closed", { $0.prompt = "{a" }),
    ("'answer' is 'c + 1', but there is no slot 'c'", { $0.answer = "{c + 1}" }),
    ("the slot 'name' is a word, which has no value", { $0.condition = "name > 1" }),
    ("'steps.1' is 'a +'", { $0.steps = ["{a}", "{a +}"] }),
    ("'slots' is 0, but a template has 1...32 slots", { $0.slots = [:] }),
    ("'weight' is 0.0", { $0.weight = 0 }),
  ]

  @Test(arguments: mistakes)
  func `a family that cannot be filled is refused by its key`(
    message: String, change: @Sendable (inout TemplateFamily) -> Void
  ) {
    let error = #expect(throws: InvalidSetting.self) { try family(change).validate() }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    (
      "generator: templates\nfamilies: { x: { prompt: '{a}', answer: '1', slots: { a: 9...2 } } }",
      "a range such as 2...99, or a list of words"
    ),
    (
      "generator: templates\nfamilies: { x: { prompt: '{a}', answer: '{b}', slots: { a: 1...2 } } }",
      "there is no slot 'b'"
    ),
    ("generator: templates\nfamilies: { x: { promt: 'a' } }", "Did you mean 'prompt'?"),
    ("generator: puzzles\nfamilies: { x: { kind: countdwn } }", "countdown"),
    (
      "generator: puzzles\nfamilies: { x: { kind: parity, level: 9 } }",
      "parity has the levels 1...8"
    ),
    ("generator: puzzles\nfamilies: {}", "families"),
    ("generator: puzzels\nfamilies: {}", "Did you mean 'puzzles'?"),
  ])
  func `a manifest that cannot be used is refused with its place`(
    text: String, message: String
  ) throws {
    let folder = try TemporaryFolder()
    try folder.write(text, to: "mine/task.yaml")
    do {
      let set = try TaskCatalog.load("mine/train", in: [folder.url])
      Issue.record("\(set.problems.count) problems were made")
    } catch {
      #expect("\(error)".contains(message) && "\(error)".contains("task.yaml"), "\(error)")
    }
  }

  @Test func `a family without enough problems says so`() throws {
    let small = family {
      $0.slots = ["name": .words(["Anna"]), "a": .numbers(2...3), "b": .numbers(1...1)]
    }
    #expect(throws: TaskError.self) {
      try TemplateGenerator(TemplateSettings(), families: [("sums", small)])
        .taskSet("sums/train", .train)
    }
  }
}
