package import Settings

/// Which fact is asked for, and in which words.
package struct FactFamily: SettingsSection {
  /// What stands for the key in a phrasing.
  package static let place = "{key}"

  /// Which of the two is given.
  package enum Direction: String, Codable, CaseIterable, Sendable {
    /// The key is given, and the value asked for: gold → Au.
    case forward
    /// The value is given, and the key asked for: Au → gold.
    case reverse
  }

  /// The relation, as the table names it.
  package var relation = ""
  package var direction = Direction.forward
  /// Phrasings that training uses; `{key}` stands for what is given.
  package var trained: [String] = []
  /// Phrasings that training never shows.
  package var unseen: [String] = []

  package init() {}

  /// Refuses a family that asks for nothing, or in words that both sides have.
  package func validate() throws(InvalidSetting) {
    guard !relation.isEmpty else {
      throw InvalidSetting(
        key: "relation", value: "empty", rule: "it names one of the table's relations")
    }
    for (key, phrasings) in [("trained", trained), ("unseen", unseen)] {
      guard !phrasings.isEmpty else {
        throw InvalidSetting(
          key: key, value: "[]", rule: "each kind of phrasing needs at least one")
      }
      for phrasing in phrasings where phrasing.ranges(of: Self.place).count != 1 {
        throw InvalidSetting(
          key: key, value: "'\(phrasing)'", rule: "\(Self.place) stands once in a phrasing")
      }
    }
    let all = trained + unseen
    guard Set(all).count == all.count else {
      throw InvalidSetting(
        key: "unseen", value: "\(unseen)", rule: "a phrasing is there once, trained or unseen")
    }
  }
}

/// What a set of facts looks like, whatever its families.
package struct FactTaskSettings: SettingsSection {
  /// How a table's texts are written in problems.
  package enum Letters: String, Codable, CaseIterable, Sendable {
    case asWritten
    /// For policies whose characters are few.
    case lowercase
  }

  /// The table, a .csv or .jsonl file within the task's folder.
  package var table = ""
  package var letters = Letters.asWritten
  /// Share of all facts that training never shows, by a hash of each.
  package var heldOutFacts = 0.1

  package init() {}

  package func validate() throws(InvalidSetting) {
    guard !table.isEmpty, !table.hasPrefix("/"), !table.split(separator: "/").contains("..") else {
      throw InvalidSetting(
        key: "table", value: "'\(table)'", rule: "it names a file within the task's folder")
    }
    guard heldOutFacts > 0, heldOutFacts < 1 else {
      throw InvalidSetting(
        key: "heldOutFacts", value: "\(heldOutFacts)",
        rule: "trained and unseen facts each need a part between 0 and 1")
    }
  }
}
