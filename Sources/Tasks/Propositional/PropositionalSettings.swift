package import Settings

/// What a set of theorems to be proved by condensed detachment looks like, whatever its families.
package struct PropositionalSettings: GeneratorSettings {
  package var trainingProblems = 300
  package var heldOutProblems = 30
  package var demonstrations = 60
  package var seed: UInt64 = 0
  package var heldOutShare = 0.1

  package init() {}

  package func validate() throws(InvalidSetting) { try validateCounts() }
}

/// Theorems whose shortest proofs have one length, so that no theorem is in two families.
package struct PropositionalFamily: SettingsSection {
  /// Detachments of the shortest proof, which has twice as many steps and one.
  package var detachments = 5
  /// Variables and connectives of a theorem, at most.
  package var symbols = 25
  /// Share of the set's problems, in proportion to the other families' weights.
  package var weight = 1.0

  package init() {}

  package func validate() throws(InvalidSetting) {
    for (key, number, range) in [("detachments", detachments, 1...7), ("symbols", symbols, 5...60)]
    where !range.contains(number) {
      throw InvalidSetting(
        key: key, value: "\(number)",
        rule: "it must be in \(range.lowerBound)...\(range.upperBound)")
    }
    guard weight > 0, weight <= 1_000_000 else {
      throw InvalidSetting(
        key: "weight", value: "\(weight)", rule: "it must be above 0 and at most 1000000")
    }
  }
}
