package import Registry
package import Settings

/// Which numbered checkpoints stay while a run works; one stays where any of these keeps it.
package struct CheckpointSettings: SettingsSection {
  /// The newest so many.
  package var keepLast = 2
  /// Each whose number is divisible by this; `null` for none.
  package var keepEvery: Int?
  /// The one after the round that was best by `reward` or `greedy`; `null` for none.
  package var keepBest: RetentionRule.Metric?

  package init() {}

  package func validate() throws(InvalidSetting) {
    try requirePositive(keepLast, "keepLast")
    if let keepEvery { try requirePositive(keepEvery, "keepEvery") }
  }

  var rule: RetentionRule {
    var rule = RetentionRule()
    (rule.keepLast, rule.keepEvery, rule.keepBest) = (keepLast, keepEvery, keepBest)
    return rule
  }
}
