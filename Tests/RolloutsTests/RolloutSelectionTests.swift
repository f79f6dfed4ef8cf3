import Policies
import Settings
import Tasks
import Testing
import VerifierKit
import Verifiers

@testable import Rollouts

@Suite struct RolloutSelectionTests {
  /// A judged rollout: a score of 1 passed, of `nil` is unscored.
  private func rollout(
    _ id: String, _ text: String, _ score: Double?, answer: String? = nil, reward: Double? = nil,
    reference: String? = nil, stop: StopReason? = .endOfSequence
  ) -> Rollout {
    var verdict: Verdict =
      score.map { $0 == 1 ? .passed(reason: "") : .wrong(score: $0, reason: "") }
      ?? .unscored(reason: "no reference")
    if let answer { verdict = verdict.naming(answer) }
    var rollout = Rollout(
      problem: Problem(id: id, prompt: "\(id)?", answer: reference), completion: text)
    rollout.stopReason = stop
    rollout.record(
      Judgement(
        verdicts: [NamedVerdict(verifier: "v", verdict: verdict, seconds: 0)],
        reward: reward ?? score))
    return rollout
  }

  private func settings(
    _ keep: SelectionRule, _ change: (inout SelectionSettings) -> Void = { _ in }
  ) -> SelectionSettings {
    var settings = SelectionSettings()
    settings.keep = keep
    change(&settings)
    return settings
  }

  /// `id:completion` of each demonstration.
  private func kept(_ selection: RolloutSelection) -> [String] {
    selection.demonstrations.map { "\($0.problem.id):\($0.completion)" }
  }

  // MARK: - Right

  @Test func `the right ones are kept in the order in which problems and samples came`() throws {
    let selection = try RolloutSelection(
      [
        rollout("b", "2", 1), rollout("a", "x", 0), rollout("b", "3", 0), rollout("b", "4", 1),
        rollout("a", "y", 1), rollout("c", "z", nil), rollout("d", "w", 0.9),
      ], settings(.right))
    #expect(kept(selection) == ["b:2", "b:4", "a:y"])
    #expect(selection.counts.keptProblems == 2 && selection.counts.keptRollouts == 3)
    #expect(selection.counts.problems == 4 && selection.counts.rollouts == 7)
    #expect(selection.counts.unscored == 1)
    #expect(selection.counts.leftOut == ["no completion is right": 2])
  }

  @Test func `of texts that are equal but for blanks around them the first is kept`() throws {
    let selection = try RolloutSelection(
      [
        rollout("a", " 7\n", 1), rollout("a", "7", 1), rollout("a", "7 ", 1),
        rollout("a", "7 .", 1), rollout("b", "7", 1),
      ], settings(.right))
    #expect(kept(selection) == ["a: 7\n", "a:7 .", "b:7"])
    #expect(selection.counts.repeated == 2)
  }

  @Test func `a problem has at most its share, and repeats do not count towards it`() throws {
    let rollouts = ["1", "1", "2", "3", "4"].map { rollout("a", $0, 1) }
    let selection = try RolloutSelection(rollouts, settings(.right) { $0.perProblem = 2 })
    #expect(kept(selection) == ["a:1", "a:2"])
    #expect(selection.counts.repeated == 1 && selection.counts.beyondLimit == 2)
    #expect(selection.kept[0].rollouts == [0, 2])
  }

  @Test func `what was cut off is not taught as an end, unless that is asked for`() throws {
    let rollouts = [
      rollout("a", "1", 1, stop: .lengthLimit), rollout("a", "2", 1, stop: .stopText),
      rollout("b", "3", 1, stop: .lengthLimit), rollout("c", "4", 1, stop: nil),
    ]
    let selection = try RolloutSelection(rollouts, settings(.right))
    #expect(kept(selection) == ["a:2", "c:4"])
    #expect(selection.counts.cutOff == 1)
    #expect(selection.counts.leftOut == ["every such completion was cut off": 1])
    #expect(
      kept(try RolloutSelection(rollouts, settings(.right) { $0.keepCutOff = true })).count == 4)
  }

  // MARK: - Majority

  @Test func `the majority decides where there is no reference, and becomes the answer`() throws {
    let selection = try RolloutSelection(
      [
        rollout("a", "so 4", nil, answer: "4"), rollout("a", "5", nil, answer: "5"),
        rollout("a", "it is 4", nil, answer: "4"), rollout("a", "no idea", nil),
      ], settings(.majority))
    #expect(kept(selection) == ["a:so 4", "a:it is 4"])
    #expect(selection.problems.map(\.answer) == ["4"])
    #expect(selection.counts.unscored == 4)
  }

  @Test func `a problem's own reference is not written over by a vote`() throws {
    let selection = try RolloutSelection(
      [rollout("a", "4", 0, answer: "4", reference: "5")], settings(.majority))
    #expect(selection.problems.map(\.answer) == ["5"])
  }

  @Test func `who names no answer counts against the share`() throws {
    // 2 of 5 samples say 4: 0.4 of all, though all who voted.
    let rollouts =
      [rollout("a", "4", nil, answer: "4"), rollout("a", "4!", nil, answer: "4")]
      + (0..<3).map { rollout("a", "\($0)?", nil) }
    let refused = try RolloutSelection(rollouts, settings(.majority))
    #expect(refused.counts.leftOut == ["no answer has the share of votes": 1])
    let allowed = try RolloutSelection(rollouts, settings(.majority) { $0.minShare = 0.4 })
    #expect(kept(allowed) == ["a:4", "a:4!"])
  }

  @Test func `equally many votes decide nothing, whatever the policy finds likelier`() throws {
    let selection = try RolloutSelection(
      [
        rollout("a", "4", nil, answer: "4"), rollout("a", "5", nil, answer: "5"),
        rollout("b", "?", nil),
      ], settings(.majority) { $0.minShare = 0 })
    #expect(selection.kept.isEmpty)
    #expect(
      selection.counts.leftOut == [
        "two answers have equally many votes": 1, "no completion names an answer": 1,
      ])
  }

  // MARK: - Best and middling

  @Test func `the best is the highest reward, the first of equals, and better than nothing`() throws
  {
    let rollouts = [
      rollout("a", "1", 0, reward: 0.2), rollout("a", "2", 1, reward: 0.9),
      rollout("a", "3", 1, reward: 0.9), rollout("b", "4", 0, reward: 0),
      rollout("c", "5", nil),
    ]
    #expect(kept(try RolloutSelection(rollouts, settings(.best))) == ["a:2"])
    let two = try RolloutSelection(rollouts, settings(.best) { $0.perProblem = 2 })
    #expect(kept(two) == ["a:2", "a:3"])
    let any = try RolloutSelection(rollouts, settings(.best) { $0.aboveReward = -1 })
    #expect(kept(any) == ["a:2", "b:4"])
  }

  @Test func `problems of middling difficulty are kept with all their rollouts`() throws {
    var rollouts: [Rollout] = []
    for (id, passed) in [("never", 0), ("rarely", 1), ("often", 9), ("always", 10)] {
      rollouts += (0..<10).map { rollout(id, "\($0)", $0 < passed ? 1 : 0) }
    }
    rollouts += [rollout("unjudged", "", nil)]
    let selection = try RolloutSelection(rollouts, settings(.middling))
    #expect(selection.problems.map(\.id) == ["rarely", "often"])
    #expect(selection.counts.keptRollouts == 20)
    #expect(
      selection.counts.leftOut == [
        "passed too rarely": 1, "passed too often": 1, "no completion was scored": 1,
      ])
    let narrow = try RolloutSelection(rollouts, settings(.middling) { $0.maxPassRate = 0.5 })
    #expect(narrow.problems.map(\.id) == ["rarely"])
  }

  // MARK: - What cannot be selected from

  @Test func `rollouts that were not judged, or have two prompts, are refused by their problem`() {
    let bare = Rollout(problem: Problem(id: "p", prompt: "?"), completion: "")
    #expect(throws: SelectionError.notJudged(problem: "p")) {
      _ = try RolloutSelection([bare], settings(.right))
    }
    var other = rollout("a", "1", 1)
    other.problem.prompt = "another"
    #expect(throws: SelectionError.twoPrompts(problem: "a")) {
      _ = try RolloutSelection([rollout("a", "1", 1), other], settings(.right))
    }
  }

  @Test(arguments: [
    "perProblem=0", "minShare=1.5", "minPassRate=0.95", "maxPassRate=-1", "aboveReward=inf",
  ])
  func `settings that mean nothing are refused by their key`(override: String) throws {
    let refused = #expect(throws: SettingsError.self) {
      try SettingsOverlay.decode(
        SelectionSettings.self, from: .empty, overrides: [SettingOverride(parsing: override)])
    }
    #expect(refused?.description.contains(override.prefix { $0 != "=" }) == true)
  }
}
