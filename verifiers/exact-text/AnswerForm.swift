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

  /// Elements of a list, and rows of a grid, at most.
  private static let countLimit = 10_000

  /// Reads a text.
  ///
  /// - Parameter text: At most ``AnswerSpan/byteLimit`` bytes.
  /// - Returns: The one text that all spellings of the answer share; nil where it has not the form.
  func canonical(_ text: String) -> String? {
    switch self {
    case .exact: return TextFolding.trimmed(text[...]).nonEmpty
    case .text: return TextFolding.folded(text[...]).nonEmpty
    case .compact: return TextFolding.folded(text[...]).filter { $0 != " " }.nonEmpty
    case .list: return Self.elements(text, apart: [",", ";"]).map(Self.listed)
    case .set:
      return Self.elements(text, apart: [",", ";", "×", "·", "*"]).map { Self.listed($0.sorted()) }
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

  // MARK: - Lists

  private static func listed(_ elements: [String]) -> String {
    "[" + elements.joined(separator: ", ") + "]"
  }

  /// The elements of a list, set apart by marks, or by blanks where it has no mark.
  private static func elements(_ text: String, apart marks: Set<Character>) -> [String]? {
    let body = TextFolding.unbracketed(TextFolding.unwrapped(text[...]))
    if TextFolding.trimmed(body).isEmpty { return body.startIndex > text.startIndex ? [] : nil }
    let isMarked = body.contains(where: marks.contains)
    let pieces =
      isMarked
      ? body.split(omittingEmptySubsequences: false, whereSeparator: marks.contains)
      : body.split(whereSeparator: \.isWhitespace)
    guard pieces.count <= countLimit else { return nil }
    var elements: [String] = []
    for piece in pieces {
      var element = TextFolding.folded(piece)
      if isMarked, !elements.isEmpty, element.hasPrefix("and ") { element.removeFirst(4) }
      guard !element.isEmpty else { return nil }
      elements.append(TextFolding.decimal(element) ?? element)
    }
    return elements
  }

  // MARK: - Grids

  private static func grid(_ text: String) -> String? {
    let lines = text.split(whereSeparator: \.isNewline)
    guard lines.count <= countLimit else { return nil }
    let rows = lines.compactMap { line -> String? in
      let cells = line.split { $0.isWhitespace || $0 == "," || $0 == "|" }
      guard !cells.isEmpty, !line.allSatisfy({ $0 == "`" || $0.isWhitespace }) else { return nil }
      return cells.joined(separator: " ").lowercased()
    }
    return rows.isEmpty ? nil : rows.joined(separator: "\n")
  }
}

extension StringProtocol {
  /// The text, or nil where there is none.
  fileprivate var nonEmpty: String? { isEmpty ? nil : String(self) }
}
