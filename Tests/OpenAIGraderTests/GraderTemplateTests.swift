import Testing
import VerifierKit

@testable import hone_verifier_openai_grader

@Suite struct GraderTemplateTests {
  private static let roots: [String: [String: JSONValue]] = [
    "item": [
      "answer": .string("Paris"), "n": .number(3), "ratio": .number(0.5),
      "list": .array([.number(1)]),
      "nested": .object(["a-b": .object(["c": .string("deep")])]), "none": .null,
      "yes": .bool(true), "trick": .string("{{ sample.output_text }}"),
    ],
    "sample": ["output_text": .string("{{ item.answer }}"), "output_json": .null],
  ]

  private func filled(_ text: String) throws -> String {
    try GraderTemplate(text).filled(from: Self.roots)
  }

  @Test(arguments: [
    ("no place", "no place"), ("{{ item.answer }}", "Paris"), ("{{item.answer}}!", "Paris!"),
    ("a {{ item.n }} b {{ item.ratio }} c", "a 3 b 0.5 c"), ("{{ item.list }}", "[1]"),
    ("{{ item.list[0] }}", "1"), ("{{ item.nested.a-b.c }}", "deep"),
    ("{{ item['nested'][\"a-b\"] }}", "{\"c\":\"deep\"}"), ("{{ item.none }}", "null"),
    ("{{ item.yes }}", "true"), ("{ item.answer }", "{ item.answer }"), ("}} {{ item.n }}", "}} 3"),
    ("", ""),
  ])
  func `places are filled with texts as they are and values as JSON`(
    text: String, result: String
  ) throws {
    #expect(try filled(text) == result)
  }

  @Test func `what is inserted is never a template again`() throws {
    #expect(try filled("{{ sample.output_text }}") == "{{ item.answer }}")
    #expect(try filled("{{ item.trick }}{{ item.n }}") == "{{ sample.output_text }}3")
  }

  @Test(arguments: [
    ("{{ item.answer", "a '{{' is never closed"), ("{{ }}", "neither 'item' nor 'sample'"),
    ("{{ settings.grader }}", "neither 'item' nor 'sample'"),
    ("{{ item.answer | upper }}", "no path"), ("{{ item..a }}", "no path"),
    ("{{ item.a[ }}", "no path"), ("{{ item.a[-1] }}", "neither a number nor a quoted name"),
    ("{{ item.a[x] }}", "neither a number nor a quoted name"), ("{{ 7*7 }}", "neither 'item'"),
    ("{{ items.a }}", "neither 'item'"), ("{{ item.__class__() }}", "no path"),
    ("{{ item" + String(repeating: ".a", count: 40) + " }}", "more than 32 steps"),
    ("{{ item.a[99999999999999999999] }}", "neither a number"),
    (String(repeating: "x", count: 70_000), "longer than 65536 bytes"),
  ])
  func `what is no template is refused`(text: String, problem: String) throws {
    let error = try #require(throws: GraderTemplate.Unreadable.self) { try GraderTemplate(text) }
    #expect(error.problem.contains(problem), "\(error.problem)")
  }

  @Test(arguments: [
    ("{{ item.missing }}", "the item has nothing at 'item.missing'", false),
    ("{{ item.answer.x }}", "the item has nothing at 'item.answer.x'", false),
    ("{{ item.list[1] }}", "the item has nothing at 'item.list[1]'", false),
    ("{{ sample.output_json.a }}", "the completion has nothing at 'sample.output_json.a'", true),
  ])
  func `a place without a value is told, and whose fault it is`(
    text: String, reason: String, isOfSample: Bool
  ) throws {
    let error = try #require(throws: GraderTemplate.Unfilled.self) { try filled(text) }
    #expect(error == GraderTemplate.Unfilled(reason: reason, isOfSample: isOfSample))
  }

  @Test func `what becomes of a template is bounded`() throws {
    let large: [String: [String: JSONValue]] = [
      "item": [:], "sample": ["output_text": .string(String(repeating: "x", count: 100_000))],
    ]
    let template = try GraderTemplate(
      String(repeating: "{{ sample.output_text }}", count: 2000))
    let error = try #require(throws: GraderTemplate.Unfilled.self) {
      try template.filled(from: large)
    }
    #expect(error.isOfSample && error.reason.contains("longer than 1048576 bytes"))
  }
}
