/// A group of settings with a default for each, and rules that their values keep.
package protocol SettingsSection: Codable, Equatable, Sendable {
  /// All defaults.
  init()
  /// Refuses values that the types allow and the meaning does not.
  func validate() throws(InvalidSetting)
}

/// A setting whose value breaks its rule.
package struct InvalidSetting: Error, Equatable, CustomStringConvertible {
  /// Dotted path of the key, as it is written in a pipeline.
  package let key: String
  package let value: String
  /// What the value must be, as a sentence's end.
  package let rule: String

  package init(key: String, value: String, rule: String) {
    self.key = key
    self.value = value
    self.rule = rule
  }

  package var description: String { "'\(key)' is \(value), but \(rule)." }
}
