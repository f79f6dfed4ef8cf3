import Foundation
import Testing
import VerifierKit

@testable import Verifiers

@Suite struct JudgeTests {
  /// Gives the outcome and score that the completion holds under the setting's key.
  private static let puppet = """
    outcome, score = json.loads(text)[settings["key"]]
    answer = {"id": question["id"], "outcome": outcome, "reason": settings["key"]}
    if score is not None:
        answer["score"] = score
    say(answer)
    """

  private func judge(_ terms: [RewardTerm], _ completions: [String]) async throws -> [Judgement] {
    let plugin = try TestPlugin(answering: Self.puppet, settings: "{ key: a }")
    let judge = try Judge(
      terms: terms, workers: 1, folders: [plugin.folder], executables: TestPlugin.executables,
      log: .silent)
    let judgements = try await judge.judge(completions.map(request))
    await judge.shutDown()
    return judgements
  }

  private func term(
    _ key: String, _ weight: Double = 1, onlyIf: RewardTerm.Condition? = nil
  ) -> RewardTerm {
    RewardTerm(
      verifier: TestPlugin.name, weight: weight, onlyIf: onlyIf, settings: ["key": .string(key)])
  }

  @Test func `a reward is the weighted sum of the scores`() async throws {
    let judgements = try await judge(
      [term("a"), term("b", -0.5)],
      [#"{"a":["passed",1],"b":["wrong",0.5]}"#, #"{"a":["wrong",0],"b":["passed",1]}"#])
    #expect(judgements.map(\.reward) == [0.75, -0.5])
    #expect(judgements.map { $0.verdicts.map(\.reason) } == [["a", "b"], ["a", "b"]])
  }

  @Test func `a verdict that is missing leaves no reward`() async throws {
    let judgements = try await judge(
      [term("a"), term("b", 0.1)],
      [#"{"a":["passed",1],"b":["unscored",null]}"#, #"{"a":["unscored",null],"b":["passed",1]}"#])
    #expect(judgements.map(\.reward) == [nil, nil])
    #expect(judgements.map(\.isUnscored) == [true, true])
  }

  @Test func `shaping counts only where the answer passed`() async throws {
    let judgements = try await judge(
      [term("b", 0.1, onlyIf: .passed), term("a")],
      [
        #"{"a":["passed",1],"b":["passed",1]}"#,
        #"{"a":["wrong",0.2]}"#,  // asking for b would break the plugin
        #"{"a":["unscored",null]}"#,
        #"{"a":["passed",0.5],"b":["unscored",null]}"#,
      ])
    #expect(judgements.map(\.reward) == [1.1, 0.2, nil, nil])
    #expect(judgements.map(\.verdicts.count) == [2, 1, 1, 2])
    #expect(judgements[0].verdicts.map(\.reason) == ["b", "a"])
  }

  @Test func `nothing to judge is judged at once`() async throws {
    #expect(try await judge([term("a")], []) == [])
  }

  @Test func `a reward that cannot be used is refused before anything starts`() throws {
    let plugin = try TestPlugin(settings: "{ key: a }")
    func refusal(_ terms: [RewardTerm]) throws -> String {
      let error = try #require(throws: VerifierError.self) {
        try Judge(
          terms: terms, folders: [plugin.folder], executables: TestPlugin.executables,
          log: .silent)
      }
      return error.description
    }
    #expect(try refusal([]).contains("at least one term"))
    #expect(try refusal([term("a", onlyIf: .passed)]).contains("without 'onlyIf: passed'"))
    #expect(try refusal([term("a", .infinity)]).contains("is inf, not a finite number"))
    #expect(
      try refusal([RewardTerm(verifier: TestPlugin.name, settings: ["kee": .null])])
        .contains("no setting 'kee'. It has: key."))
    #expect(
      try refusal([RewardTerm(verifier: "test-plugins")])
        .contains(
          "no verifier 'test-plugins'. Did you mean 'test-plugin'? Known: test-plugin; searched \(plugin.folder.path)"
        ))
  }

  @Test func `a term is read with its defaults`() throws {
    let text =
      #"[{"verifier":"a"},{"verifier":"b","weight":0.1,"onlyIf":"passed","settings":{"k":1}}]"#
    let terms = try JSONDecoder().decode([RewardTerm].self, from: Data(text.utf8))
    #expect(
      terms == [
        RewardTerm(verifier: "a"),
        RewardTerm(verifier: "b", weight: 0.1, onlyIf: .passed, settings: ["k": .number(1)]),
      ])
    #expect(try JSONDecoder().decode([RewardTerm].self, from: JSONEncoder().encode(terms)) == terms)
  }
}
