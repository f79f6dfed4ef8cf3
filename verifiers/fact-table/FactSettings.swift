import FactTables
import VerifierKit

/// How answers are looked for and compared.
struct FactSettings {
  /// Where the answer stands in a completion.
  enum Extraction: String, CaseIterable {
    /// Behind the last marker; without one, in the last line.
    case any
    /// Behind the last marker.
    case marker
    /// In the last `\boxed{…}`.
    case boxed
    /// In the last line, whatever markers it has.
    case line
  }

  /// What to do with several right values.
  enum ListRule: String, CaseIterable {
    /// One will do; several will do as well, as long as each is right.
    case any
    /// All of them, in any order.
    case all
    /// All of them, in the order of the table.
    case ordered
  }

  /// Which sources must accept an answer.
  enum Agreement: String, CaseIterable {
    case any
    case all
  }

  /// Letters that may differ, at most.
  static let mostLetters = 2

  /// The index of the table; nil where problems bring their answers.
  let prepared: String?
  let extract: Extraction
  let list: ListRule
  let agreement: Agreement
  /// The time that is asked about where a problem does not say; nil for what has not ended.
  let asOf: FactPeriod?
  let editDistance: Int
  let unknownScore: Double

  init(_ settings: [String: JSONValue]) throws(InvalidVerifierSetting) {
    let table = try Self.text("table", settings)
    let prepared = try Self.text("prepared", settings)
    guard table.isEmpty || !prepared.isEmpty else {
      throw InvalidVerifierSetting(
        name: "table", rule: "prepared by the host, which this one did not do")
    }
    self.prepared = prepared.isEmpty ? nil : prepared
    extract = try settings["extract"]?.choice(of: "extract") ?? .any
    list = try settings["list"]?.choice(of: "list") ?? .any
    agreement = try settings["agreement"]?.choice(of: "agreement") ?? .any
    let date = try Self.text("asOf", settings)
    asOf = FactPeriod(date)
    guard date.isEmpty || asOf != nil else {
      throw InvalidVerifierSetting(name: "asOf", rule: "a year, a month or a day, such as 2012-07")
    }
    editDistance =
      try settings["editDistance"]?.wholeNumber(of: "editDistance", in: 0...Self.mostLetters) ?? 0
    unknownScore = try settings["unknownScore"]?.number(of: "unknownScore", in: 0...1) ?? 0
  }

  // MARK: - Helpers

  /// A text; a number counts as its digits, since YAML reads `asOf: 1990` as one.
  private static func text(
    _ name: String, _ settings: [String: JSONValue]
  ) throws(InvalidVerifierSetting) -> String {
    switch settings[name] {
    case nil, .null: return ""
    case .string(let text): return text
    case .number(let number):
      if let whole = Int(exactly: number) { return "\(whole)" }
      throw InvalidVerifierSetting(name: name, rule: "a text")
    default: throw InvalidVerifierSetting(name: name, rule: "a text")
    }
  }
}
