package import PolicyGradient
package import Settings

/// An objective is a section of a settings file, whose key `preset` names a published recipe.
extension ObjectiveSettings: PresetSettings {
  package static var presetNames: [String] { ObjectivePreset.allCases.map(\.rawValue) }

  package static func preset(named name: String) -> ObjectiveSettings? {
    ObjectivePreset(rawValue: name)?.settings
  }

  /// Refuses what no run could use; what a run lacks is refused by
  /// `check(groupSize:hasReference:maximumLength:)`.
  package func validate() throws(InvalidSetting) {
    do {
      try check()
    } catch {
      throw InvalidSetting(key: "objective.\(error.key)", value: error.value, rule: error.rule)
    }
  }

  /// Refuses a precision other than float32, under the key `key`, where nothing corrects for it.
  package func check(_ key: String, _ precision: String) throws(InvalidSetting) {
    guard precision != "float32", ratio == .none else { return }
    throw InvalidSetting(
      key: key, value: "'\(precision)'",
      rule:
        "rounding makes the policy that samples another than the one that learns, and "
        + "'objective.ratio: none' does not correct for it; set another ratio, or '\(key): float32'"
    )
  }
}
