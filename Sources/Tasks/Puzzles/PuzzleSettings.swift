package import Settings

/// What a set of puzzles looks like, whatever its families.
package struct PuzzleSettings: GeneratorSettings {
  /// How problems are asked.
  package var wording = PuzzleWording.question
  /// What demonstrations write before the answer.
  package var steps = ArithmeticSteps.direct
  package var trainingProblems = 2_000
  package var heldOutProblems = 200
  package var demonstrations = 100
  package var seed: UInt64 = 0
  package var heldOutShare = 0.1

  package init() {}

  package func validate() throws(InvalidSetting) { try validateCounts() }
}

/// How a puzzle is asked and answered.
package enum PuzzleWording: String, Codable, CaseIterable, Sendable {
  /// A sentence, answered behind `Answer:`; for a language model.
  case question
  /// As few characters as will do, all of them in the embedded policy's alphabet, answered on the
  /// last line; for a policy that learns from characters.
  case short
}

/// One kind of puzzle within a set.
package struct PuzzleFamily: SettingsSection {
  package var kind = PuzzleKind.countdown
  /// How hard; `PuzzleKind` says what grows with it.
  package var level = 1
  /// Share of the set's problems, in proportion to the other families' weights.
  package var weight = 1.0

  package init() {}

  /// Refuses a level that the kind does not have.
  package func validate() throws(InvalidSetting) {
    guard kind.levels.contains(level) else {
      throw InvalidSetting(
        key: "level", value: "\(level)", rule: "\(kind) has the levels \(kind.levels)")
    }
    guard weight > 0, weight <= 1_000_000 else {
      throw InvalidSetting(
        key: "weight", value: "\(weight)", rule: "it must be above 0 and at most 1000000")
    }
  }
}
