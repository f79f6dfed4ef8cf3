import Foundation
import Testing
import VerifierKit

@testable import hone_verifier_openai_grader

@Suite struct GraderTests {
  // MARK: - Descriptions

  @Test(
    arguments: [
      (#"3"#, "it is no object"), (#"{}"#, "there is no 'type'"),
      (#"{"type": 1}"#, "'type' is no text"),
      (#"{"type": "vibes"}"#, "there is no grader 'vibes'; known are string_check"),
      (#"{"type": "score_model", "name": "x", "input": []}"#, "'score_model' asks another model"),
      (#"{"type": "label_model", "name": "x"}"#, "'label_model' asks another model"),
      (
        #"{"type": "string_check", "operation": "is", "input": "", "reference": ""}"#,
        "'operation' is 'is', which is none of eq, ne, neq, like, ilike"
      ),
      (#"{"type": "string_check", "operation": "eq", "input": ""}"#, "there is no 'reference'"),
      (
        #"{"type": "string_check", "operation": "eq", "input": "{{x}}", "reference": ""}"#,
        "'input' is no template: '{{ x }}' reaches neither 'item' nor 'sample'"
      ),
      (
        #"{"type": "string_check", "operation": "eq", "input": "", "reference": "", "weight": 1}"#,
        "nothing reads 'weight'"
      ),
      (
        #"{"type": "text_similarity", "evaluation_metric": "cosine", "input": "", "reference": ""}"#,
        "'cosine' compares embeddings"
      ),
      (
        #"{"type": "text_similarity", "evaluation_metric": "meteor", "input": "", "reference": ""}"#,
        "'meteor' needs WordNet"
      ),
      (
        #"{"type": "text_similarity", "evaluation_metric": "rouge_6", "input": "", "reference": ""}"#,
        "none of fuzzy_match"
      ),
      (#"{"type": "python"}"#, "there is no 'source'"),
      (
        #"{"type": "python", "source": "", "pass_threshold": "1"}"#,
        "'pass_threshold' is no number"
      ),
      (#"{"type": "multi", "calculate_output": "a"}"#, "'graders' is neither an object nor a list"),
      (#"{"type": "multi", "graders": {}, "calculate_output": "a"}"#, "has 0 graders"),
      (
        #"{"type": "multi", "graders": {"a": {"type": "score_model"}}, "calculate_output": "a"}"#,
        "grader 'a': a grader 'score_model' asks another model"
      ),
      (
        #"{"type": "multi", "graders": {"a": {"type": "multi"}}, "calculate_output": "a"}"#,
        "grader 'a': a multi grader holds another one"
      ),
      (
        #"{"type":"multi","graders":[{"type":"python","name":"a","source":""},{"type":"python","name":"a","source":""}],"calculate_output":"a"}"#,
        "two of the 'graders' have one name"
      ),
      (
        #"{"type": "multi", "graders": {"a": {"type": "python", "source": ""}}, "calculate_output": "a + b"}"#,
        "'calculate_output' names 'b', which is none of the 'graders'"
      ),
      (
        #"{"type": "multi", "graders": {"a": {"type": "python", "source": ""}}, "calculate_output": "a +"}"#,
        "'calculate_output' cannot be read: a value is needed"
      ),
    ])
  func `a description that cannot be used is refused with the reason`(
    json: String, reason: String
  ) throws {
    let refusal = try #require(try refusal(of: json))
    #expect(refusal.contains(reason), "\(refusal)")
    // The settings refuse it, too, before anything is judged.
    let value = try JSONReader.value(in: json)
    let error = try #require(throws: InvalidVerifierSetting.self) {
      try OpenAIGrader(settings: ["grader": value])
    }
    #expect(error.name == "grader" && error.description.contains(reason), "\(error)")
  }

  @Test func `a source beyond the documented length is refused`() throws {
    let source = String(repeating: "#", count: 256_001)
    #expect(
      try refusal(of: #"{"type": "python", "source": "\#(source)"}"#)
        == "'source' is longer than 256000 bytes")
  }

  @Test(
    arguments: [
      ("passThreshold", .number(2), "a number in 0...1"),
      ("raised", .string("right"), "one of unscored, wrong"),
      ("seconds", .number(0), "a number in"),
      ("memoryMiB", .number(1), "a whole number in 64...65536"),
      ("scratchMiB", .number(0), "a whole number in 1...4096"),
      ("processes", .number(0.5), "a whole number in 1...1024"),
      ("colour", .number(1), "absent: nothing reads it"),
    ] as [(String, JSONValue, String)])
  func `a setting that cannot be used is refused`(
    name: String, value: JSONValue, rule: String
  ) throws {
    let error = try #require(throws: InvalidVerifierSetting.self) {
      try OpenAIGrader(settings: [name: value])
    }
    #expect(error.name == name && error.rule.contains(rule))
  }

  // MARK: - string_check

  @Test(
    arguments: [
      ("eq", "Paris", 1), ("eq", "paris", 0), ("eq", "Paris ", 0), ("eq", "Cafe\u{301}", 0),
      ("ne", "paris", 1), ("ne", "Paris", 0), ("neq", "", 1), ("neq", "Paris", 0),
      ("like", "It is Paris.", 1), ("like", "It is paris.", 0), ("like", "Pari", 0),
      ("ilike", "it is PARIS.", 1), ("ilike", "it is Rome", 0),
    ] as [(String, String, Double)])
  func `a string check compares by its operation`(
    operation: String, completion: String, score: Double
  ) throws {
    let grader = #"""
      {"type": "string_check", "operation": "\#(operation)", "name": "n",
       "input": "{{ sample.output_text }}", "reference": "{{ item.answer }}"}
      """#
    let verdict = try GraderBench().verdict(grader, item: #"{"answer": "Paris"}"#, completion)
    #expect(verdict.score == score && verdict.outcome == (score == 1 ? .passed : .wrong))
  }

  @Test func `a text is found as the plain search finds it`() {
    let alphabet = Array("ab".utf8)
    var texts: [[UInt8]] = [[]]
    for _ in 0..<6 {
      texts += texts.suffix(1 << 6).flatMap { text in alphabet.map { text + [$0] } }
    }
    let long = Array("abaabababbabaaabbab".utf8)
    for sought in texts {
      let isThere = (0...long.count).contains { long[$0...].starts(with: sought) }
      #expect(StringCheck.contains(long, sought) == isThere, "\(sought)")
    }
  }

  // MARK: - Where texts come from

  @Test func `structured output is read by its members`() throws {
    let grader = #"""
      {"type": "string_check", "operation": "eq", "input": "{{ sample.output_json.steps[1].x }}",
       "reference": "{{ item.x }}"}
      """#
    let bench = try GraderBench()
    let item = #"{"x": 2}"#
    #expect(try bench.verdict(grader, item: item, #"{"steps": [{}, {"x": 2}]}"#).score == 1)
    #expect(try bench.verdict(grader, item: item, #"{"steps": [{}, {"x": 3}]}"#).score == 0)
    let missing = try bench.verdict(grader, item: item, "no JSON")
    #expect(missing.outcome == .wrong && missing.reason.contains("sample.output_json.steps[1].x"))
    #expect(try bench.verdict(grader, #"{"steps": [{}, {"x": 2}]}"#).outcome == .unscored)
  }

  @Test func `an absence is not paid by an operation that denies`() throws {
    let grader = #"""
      {"type": "string_check", "operation": "ne", "input": "{{ sample.output_json.a }}",
       "reference": "x"}
      """#
    #expect(try GraderBench().verdict(grader, "not JSON").score == 0)
  }

  @Test func `without an item the problem itself is one`() throws {
    let settings: [String: JSONValue] = [
      "grader": try JSONReader.value(
        in: #"""
          {"type": "string_check", "operation": "eq", "input": "{{sample.output_text}}",
           "reference": "{{item.answer}}-{{item.level}}"}
          """#)
    ]
    let bench = try GraderBench(settings)
    let problem = Problem(
      id: "p", prompt: "?", answer: "4", metadata: ["level": .number(2)])
    #expect(bench.verifier.judge(problem, "4-2").outcome == .passed)
    let bare = Problem(id: "p", prompt: "?")
    #expect(bench.verifier.judge(bare, "4-2").outcome == .unscored)
    let none = try GraderBench().verifier.judge(problem, "4")
    #expect(none.outcome == .unscored && none.reason.contains("have a grader"))
    let model = try GraderBench().verdict(#"{"type": "score_model"}"#, "4")
    #expect(model.outcome == .unscored && model.reason.contains("asks another model"))
  }

  // MARK: - multi

  private static let two = #"""
    "graders": {
      "name": {"type": "string_check", "operation": "eq", "name": "other",
               "input": "{{sample.output_json.name}}", "reference": "Ada"},
      "email": {"type": "string_check", "operation": "ilike",
                "input": "{{sample.output_json.email}}", "reference": "@"}}
    """#

  @Test(
    arguments: [
      ("(name + email) / 2", #"{"name": "Ada", "email": "a@b"}"#, 1),
      ("(name + email) / 2", #"{"name": "Ada"}"#, 0.5), ("(name + email) / 2", "nothing", 0),
      ("0.7 * name + 0.3 * email", #"{"name": "Ada", "email": "a@b"}"#, 1),
      ("min(name, email)", #"{"name": "Ada", "email": "x"}"#, 0),
    ] as [(String, String, Double)])
  func `several graders make one score`(
    formula: String, completion: String, score: Double
  ) throws {
    let verdict = try GraderBench().verdict(
      #"{"type": "multi", \#(Self.two), "calculate_output": "\#(formula)"}"#, completion)
    #expect(verdict.score.map { abs($0 - score) < 1e-12 } == true, "\(verdict)")
    #expect(verdict.outcome == (score == 1 ? .passed : .wrong))
    #expect(verdict.details["grades"] != nil)
  }

  @Test(arguments: ["name / 0", "name * 2", "name - 2", "log(name - 1)"])
  func `a score outside of its range is not one`(formula: String) throws {
    let verdict = try GraderBench().verdict(
      #"{"type": "multi", \#(Self.two), "calculate_output": "\#(formula)"}"#,
      #"{"name": "Ada", "email": "a@b"}"#)
    #expect(verdict.outcome == .unscored, "\(verdict)")
  }

  @Test func `graders in a list have their own names`() throws {
    let grader = #"""
      {"type": "multi", "graders": [
         {"type": "string_check", "operation": "eq", "name": "a", "input": "{{sample.output_text}}",
          "reference": "x"}], "calculate_output": "1 - a ** 2", "pass_threshold": 0.5}
      """#
    #expect(try GraderBench().verdict(grader, "x").outcome == .wrong)
    #expect(try GraderBench().verdict(grader, "y").outcome == .passed)
  }
}
