/// One line of a table: a value of a key's relation, as one source has it.
package struct FactRow: Hashable, Sendable {
  /// Bytes of a field, at most.
  package static let fieldLimit = 1024
  /// Aliases of a field, at most.
  package static let aliasLimit = 64

  /// What the fact is about, such as `aluminium`.
  package var key: String
  /// Other spellings of the key.
  package var keyAliases: [String] = []
  /// What is told of it, such as `symbol`.
  package var relation: String
  /// The answer, such as `Al`.
  package var value: String
  /// Other spellings of the value.
  package var aliases: [String] = []
  /// When the value is right.
  package var asOf = FactPeriod.always
  /// Who says so; empty where the table does not tell.
  package var source = ""
  /// Spellings of the value's unit, such as `K` and `kelvin`.
  package var units: [String] = []

  package init(key: String, relation: String, value: String) {
    (self.key, self.relation, self.value) = (key, relation, value)
  }

  /// Names of the columns, as a file has them.
  package enum Column: String, CaseIterable, Sendable {
    case key, keyAliases, relation, value, aliases, asOf, source, unit

    package var isNeeded: Bool { self == .key || self == .relation || self == .value }
    /// Whether a field holds several texts.
    var isList: Bool { self == .keyAliases || self == .aliases || self == .unit }
  }

  /// A row from its fields; lists are separated by `|`.
  ///
  /// - Parameter fields: Texts by column; an absent one is empty.
  /// - Throws: ``FactRowProblem`` that says which field does not fit.
  package init(_ fields: [Column: String]) throws(FactRowProblem) {
    var lists: [Column: [String]] = [:]
    for (column, text) in fields where column.isList && !text.isEmpty {
      lists[column] = text.split(separator: "|").map(Self.trimmed).filter { !$0.isEmpty }
    }
    try self.init(texts: fields.mapValues { Self.trimmed($0[...]) }, lists: lists)
  }

  /// A row from single texts and lists.
  init(texts: [Column: String], lists: [Column: [String]]) throws(FactRowProblem) {
    func needed(_ column: Column) throws(FactRowProblem) -> String {
      guard let text = texts[column], !text.isEmpty else {
        throw FactRowProblem("'\(column.rawValue)' is empty")
      }
      return text
    }
    self.init(
      key: try needed(.key), relation: try needed(.relation), value: try needed(.value))
    keyAliases = lists[.keyAliases] ?? []
    aliases = lists[.aliases] ?? []
    units = lists[.unit] ?? []
    source = texts[.source] ?? ""
    if let period = texts[.asOf], !period.isEmpty {
      guard let asOf = FactPeriod(period) else {
        throw FactRowProblem(
          "'asOf' is '\(period.prefix(40))', not a date or a period such as 1991-12-12/2022")
      }
      self.asOf = asOf
    }
    for (name, list) in [("keyAliases", keyAliases), ("aliases", aliases), ("unit", units)]
    where list.count > Self.aliasLimit {
      throw FactRowProblem("'\(name)' has \(list.count) texts, over \(Self.aliasLimit)")
    }
    for text in [key, relation, value, source] + keyAliases + aliases + units
    where text.utf8.count > Self.fieldLimit {
      throw FactRowProblem("a field has \(text.utf8.count) bytes, over \(Self.fieldLimit)")
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}

extension FactRow {
  /// What an answer to the forward question may be, folded: the value and its aliases, each also
  /// with its units.
  package var valueForms: [String] { Self.forms([value] + aliases, units: units) }

  /// What an answer to the reverse question may be, folded: the key and its aliases.
  package var keyForms: [String] { Self.forms([key] + keyAliases, units: []) }

  /// Folded spellings without repetition, in their order.
  package static func forms(_ spellings: [String], units: [String]) -> [String] {
    var forms: [String] = []
    func add(_ text: String) {
      if !text.isEmpty, !forms.contains(text) { forms.append(text) }
    }
    for spelling in spellings {
      let folded = FoldedText(spelling)
      // The mark of a title that asks may be left out; a candidate that asks is no answer.
      add(
        folded.words.count > 1 && folded.words.last == "?"
          ? folded.words.dropLast().joined(separator: " ") : folded.text)
      add(folded.text)
      for unit in units {
        add(FoldedText("\(spelling) \(unit)").text)
        add(FoldedText("\(spelling)\(unit)").text)
      }
    }
    return forms
  }
}

/// What is wrong with a row.
package struct FactRowProblem: Error, Equatable {
  package let reason: String

  package init(_ reason: String) { self.reason = reason }
}
