/// How an answer is read, so that its spellings become one text and other answers do not.
enum AnswerForm: String, CaseIterable {
  /// Letter case, runs of blanks, and quotes, emphasis and a full stop around it make no difference.
  case text
  /// Every character counts; blanks at the ends are left aside.
  case exact
  /// As text, with no blanks at all: `( [ ] )` is `([])`.
  case compact
  /// Elements in their order, apart from brackets, quotes and how they are set apart.
  case list
  /// Elements in any order, each as often as it is there.
  case set
  /// `true`, `yes` and `1`, or `false`, `no` and `0`.
  case boolean
  /// A day of the Gregorian calendar.
  case date
  /// A fraction as it is written: `2/4` is not `1/2`.
  case fraction
  /// Rows of cells.
  case grid

  /// What an answer of the form is, for reasons.
  var meaning: String {
    switch self {
    case .text, .exact, .compact: "text"
    case .list: "list"
    case .set: "set"
    case .boolean: "true or false"
    case .date: "date"
    case .fraction: "fraction"
    case .grid: "grid"
    }
  }

  /// Rows of a grid, at most.
  private static let rowLimit = 10_000

  /// Reads a text.
  ///
  /// - Parameter text: At most ``AnswerSpan/byteLimit`` bytes.
  /// - Returns: The one text that all spellings of the answer share; nil where it has not the form.
  func canonical(_ text: String) -> String? {
    switch self {
    case .exact: return TextFolding.trimmed(text[...]).nonEmpty
    case .text: return TextFolding.folded(text[...]).nonEmpty
    case .compact: return TextFolding.folded(text[...]).filter { $0 != " " }.nonEmpty
    case .list: return AnswerList.elements(text, apart: AnswerList.listMarks).map(AnswerList.text)
    case .set:
      return AnswerList.elements(AnswerList.withoutCommands(text), apart: AnswerList.setMarks)
        .map { AnswerList.text($0.sorted()) }
    case .boolean:
      switch TextFolding.folded(text[...]) {
      case "true", "yes", "1": return "true"
      case "false", "no", "0": return "false"
      default: return nil
      }
    case .date: return CalendarDate(TextFolding.folded(text[...]))?.description
    case .fraction: return WrittenFraction(TextFolding.folded(text[...]))?.description
    case .grid: return Self.grid(text)
    }
  }

  /// Every way to read a candidate, the usual one first.
  ///
  /// - Parameter text: As of ``canonical(_:)``.
  /// - Returns: Canonical texts; none where the text has not the form.
  func readings(_ text: String) -> [String] {
    let usual = canonical(text).map { [$0] } ?? []
    switch self {
    case .list:
      return usual
        + AnswerList.otherReadings(text, apart: AnswerList.listMarks).map(AnswerList.text)
    case .set:
      return usual
        + AnswerList.otherReadings(AnswerList.withoutCommands(text), apart: AnswerList.setMarks)
        .map { AnswerList.text($0.sorted()) }
    default: return usual
    }
  }

  // MARK: - Grids

  private static func grid(_ text: String) -> String? {
    let lines = text.split(whereSeparator: \.isNewline)
    guard lines.count <= rowLimit else { return nil }
    let rows = lines.compactMap { line -> String? in
      let cells = line.split { $0.isWhitespace || $0 == "," || $0 == "|" }
      guard !cells.isEmpty, !AnswerList.isFence(line) else { return nil }
      return cells.joined(separator: " ").lowercased()
    }
    return rows.isEmpty ? nil : rows.joined(separator: "\n")
  }
}

extension StringProtocol {
  /// The text, or nil where there is none.
  fileprivate var nonEmpty: String? { isEmpty ? nil : String(self) }
}
