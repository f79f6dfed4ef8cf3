/// The elements of an answer that is a list.
enum AnswerList {
  /// Elements, at most.
  private static let countLimit = 10_000
  static let listMarks: Set<Character> = [",", ";"]
  static let setMarks: Set<Character> = [",", ";", "×", "·", "*"]

  /// The one text of a list's elements.
  static func text(_ elements: [String]) -> String {
    "[" + elements.joined(separator: ", ") + "]"
  }

  /// The text with a mark in place of LaTeX's commands for products.
  static func withoutCommands(_ text: String) -> String {
    text.replacing("\\times", with: "×").replacing("\\cdot", with: "·")
  }

  /// The elements, set apart by marks, or by blanks where there is no mark.
  static func elements(_ text: String, apart marks: Set<Character>) -> [String]? {
    guard let body = body(text) else { return [] }
    let isMarked = body.contains(where: marks.contains)
    let pieces =
      isMarked
      ? body.split(omittingEmptySubsequences: false, whereSeparator: marks.contains)
      : body.split(whereSeparator: \.isWhitespace)
    return elements(pieces, isMarked: isMarked)
  }

  /// What else a text may mean: its last element as two (`1, 2 and 3`), and an element a line.
  static func otherReadings(_ text: String, apart marks: Set<Character>) -> [[String]] {
    guard let body = body(text) else { return [] }
    var readings: [[String]] = []
    var pieces = body.split(omittingEmptySubsequences: false, whereSeparator: marks.contains)
    if let last = pieces.last {
      let ends = last.split(separator: " and ", omittingEmptySubsequences: false)
      if ends.count == 2 {
        pieces.removeLast()
        if let elements = elements(pieces + ends, isMarked: true) { readings.append(elements) }
      }
    }
    if let lines = lines(text), let elements = elements(lines, isMarked: true) {
      readings.append(elements)
    }
    return readings
  }

  /// Whether a line opens or closes a block of code.
  static func isFence(_ line: Substring) -> Bool {
    let line = TextFolding.trimmed(line)
    return line.allSatisfy { $0 == "`" }
      || line.hasPrefix("```") && line.dropFirst(3).allSatisfy { $0.isLetter || $0.isNumber }
  }

  // MARK: - Helpers

  /// What is between the brackets; nil for a pair of them with nothing in it.
  private static func body(_ text: String) -> Substring? {
    let body = TextFolding.unbracketed(TextFolding.unwrapped(text[...]))
    return TextFolding.trimmed(body).isEmpty && body.startIndex > text.startIndex ? nil : body
  }

  private static func elements(_ pieces: [Substring], isMarked: Bool) -> [String]? {
    guard (1...countLimit).contains(pieces.count) else { return nil }
    var elements: [String] = []
    for piece in pieces {
      var element = TextFolding.folded(piece)
      if isMarked, !elements.isEmpty, element.hasPrefix("and ") { element.removeFirst(4) }
      guard !element.isEmpty else { return nil }
      elements.append(TextFolding.decimal(element) ?? element)
    }
    return elements
  }

  /// The lines of a text that has several, without their bullets or numbers.
  private static func lines(_ text: String) -> [Substring]? {
    let lines = text.split(whereSeparator: \.isNewline).map(TextFolding.trimmed)
      .filter { !$0.isEmpty && !isFence($0) }
    guard lines.count > 1 else { return nil }
    for bullet in ["- ", "* ", "• "] where lines.allSatisfy({ $0.hasPrefix(bullet) }) {
      return lines.map { $0.dropFirst(bullet.count) }
    }
    for mark in [". ", ") "] {
      let numbers = lines.indices.map { "\($0 + 1)\(mark)" }
      if zip(lines, numbers).allSatisfy({ $0.hasPrefix($1) }) {
        return zip(lines, numbers).map { $0.dropFirst($1.count) }
      }
    }
    return lines
  }
}
