import Foundation
import Testing
import VerifierKit

@testable import Workbench

@Suite struct VerifierCaseTests {
  /// A second line of a table, and what is wrong with it.
  static let faults: [(String, String)] = [
    ("{", "it is not JSON"),
    ("[]", "it is not a JSON object"),
    (#"{"completion":"","outcome":"wrong"}"#, "'problem' is missing"),
    (#"{"problem":{"id":"a","prompt":"?"},"outcome":"wrong"}"#, "'completion' is missing"),
    (#"{"problem":{"id":"a","prompt":"?"},"completion":""}"#, "'outcome' is missing"),
    (
      #"{"problem":{"id":"a","prompt":"?"},"completion":"","outcome":"right"}"#,
      "'outcome' is 'right'"
    ),
    (
      #"{"problem":{"id":1,"prompt":"?"},"completion":"","outcome":"wrong"}"#,
      "'problem.id' is not a text"
    ),
    (#"{"problem":{"id":"a"},"completion":"","outcome":"wrong"}"#, "'problem.prompt' is missing"),
    (
      #"{"problem":{"id":"a","prompt":"?","answr":"1"},"completion":"","outcome":"wrong"}"#,
      "'problem.answr' is unknown"
    ),
    (
      #"{"problem":{"id":"a","prompt":"?"},"completion":"","outcome":"wrong","setting":{}}"#,
      "'setting' is unknown"
    ),
    (
      #"{"problem":{"id":"a","prompt":"?"},"completion":"","outcome":"wrong","settings":3}"#,
      "'settings' is not an object"
    ),
    (
      #"{"problem":{"id":"a","prompt":"?"},"completion":"","outcome":"wrong","score":2}"#,
      "'score' is not a number in 0...1"
    ),
    (
      #"{"problem":{"id":"a","prompt":"?"},"completion":"","outcome":"unscored","score":0}"#,
      "an unscored row has a 'score'"
    ),
    (
      #"{"problem":{"id":"a","prompt":"?"},"completion":"","outcome":"wrong","accepts":["1",2]}"#,
      "'accepts' is not a list of texts"
    ),
    (
      #"{"problem":{"id":"a","prompt":"?"},"completion":"","outcome":"wrong","needs":["/etc/x"]}"#,
      "'needs' has '/etc/x', which is no path below /usr"
    ),
  ]

  private static let good =
    #"{"problem":{"id":"a","prompt":"?","answer":"1"},"completion":"1","outcome":"passed"}"#

  @Test(arguments: faults)
  func `a bad row is named by its line`(row: String, words: String) throws {
    let plugin = try BenchPlugin(cases: Self.good + "\n\n" + row)
    let file = plugin.own.appending(path: "cases.jsonl")
    let error = try #require(throws: VerifierCaseError.self) { try VerifierCase.read(file) }
    #expect(error.description.contains(words), "\(error)")
    #expect(error.description.hasPrefix("'\(file.path)' line 3: "), "\(error)")
  }

  @Test func `a table that is missing or empty is said to be`() throws {
    let plugin = try BenchPlugin(cases: "\n \n")
    let file = plugin.own.appending(path: "cases.jsonl")
    #expect(throws: VerifierCaseError.empty(file: file.path)) { try VerifierCase.read(file) }
    let other = plugin.own.appending(path: "none.jsonl")
    #expect(throws: VerifierCaseError.missing(file: other.path)) { try VerifierCase.read(other) }
  }

  @Test func `a row is read whole`() throws {
    let row = """
      {"problem":{"id":"a","prompt":"?","metadata":{"k":[1]}},"completion":"c","outcome":"passed",\
      "score":0.5,"why":"w","settings":{"s":true},"accepts":["x"]}
      """
    let plugin = try BenchPlugin(cases: row)
    let found = try VerifierCase.read(plugin.own.appending(path: "cases.jsonl"))
    #expect(found.count == 1 && found[0].line == 1 && found[0].score == 0.5)
    #expect(
      found[0].problem.answer == nil && found[0].problem.metadata == ["k": .array([.number(1)])])
    #expect(found[0].settings == ["s": .bool(true)] && found[0].accepts == ["x"])
  }
}
