import FactTables

/// A text cut at commas, semicolons, line ends and `and`, any of which may belong to a value.
struct AnswerList {
  /// Pieces of a list, at most.
  private static let pieceLimit = 128
  /// Pieces that one value may span, as `Washington, D.C.` spans two.
  private static let longestValue = 6
  /// Spans that are tried, at most.
  private static let stepLimit = 20_000

  private let text: String
  private let pieces: [Range<String.Index>]

  init(_ text: String) {
    self.text = text
    pieces = Self.pieces(of: text)
  }

  /// Finds which values the list gives, in its order, where it gives nothing but values.
  ///
  /// Where it can be read in several ways, since one value is part of another, a way is looked for
  /// that the rule accepts, within ``stepLimit``.
  ///
  /// - Parameters:
  ///   - rule: What to do with several values.
  ///   - count: How many values there are.
  ///   - place: The value that a folded text spells, nil for none.
  /// - Returns: Places of values; nil where no such way was found.
  func places(
    _ rule: FactSettings.ListRule, of count: Int, _ place: (String) -> Int?
  ) -> [Int]? {
    guard (1...Self.pieceLimit).contains(pieces.count) else { return nil }
    let spans = pieces.indices.map { start in
      (start..<min(start + Self.longestValue, pieces.count)).map { last in
        place(FoldedText(String(text[pieces[start].lowerBound..<pieces[last].upperBound])).text)
      }
    }
    var search = Search(spans: spans, rule: rule, count: count)
    return search.finish(from: 0) ? search.found : nil
  }

  /// A search through the ways to read a list, longer values first.
  private struct Search {
    /// The value that starts at each piece, by how many pieces it takes.
    let spans: [[Int?]]
    let rule: FactSettings.ListRule
    let count: Int
    var found: [Int] = []
    private var steps = 0

    init(spans: [[Int?]], rule: FactSettings.ListRule, count: Int) {
      (self.spans, self.rule, self.count) = (spans, rule, count)
    }

    /// Reads the rest; `found` then has all values.
    mutating func finish(from start: Int) -> Bool {
      if start == spans.count { return rule == .any || found.count == count }
      for (more, value) in spans[start].enumerated().reversed() {
        steps += 1
        guard steps <= AnswerList.stepLimit else { return false }
        guard let value, mayFollow(value) else { continue }
        found.append(value)
        if finish(from: start + more + 1) { return true }
        found.removeLast()
      }
      return false
    }

    private func mayFollow(_ value: Int) -> Bool {
      switch rule {
      case .any: true
      case .all: !found.contains(value)
      case .ordered: value == found.count
      }
    }
  }

  // MARK: - Cutting

  private static func pieces(of text: String) -> [Range<String.Index>] {
    var pieces: [Range<String.Index>] = []
    var start = text.startIndex
    var index = start
    func close(_ end: String.Index) {
      let piece = trimmed(text, start..<end)
      if !piece.isEmpty { pieces.append(piece) }
    }
    while index < text.endIndex, pieces.count <= pieceLimit {
      let width = separator(text, at: index)
      guard width > 0 else {
        index = text.index(after: index)
        continue
      }
      close(index)
      index = text.index(index, offsetBy: width)
      start = index
    }
    close(text.endIndex)
    return pieces
  }

  /// Characters of the separator at a place; 0 where there is none.
  private static func separator(_ text: String, at index: String.Index) -> Int {
    switch text[index] {
    case ",", ";", "\n", "\r\n", "&", "•": return 1
    case "a", "A":
      let isStart = index == text.startIndex || text[text.index(before: index)].isWhitespace
      guard isStart, text[index...].prefix(3).lowercased() == "and",
        let after = text.index(index, offsetBy: 3, limitedBy: text.endIndex),
        after < text.endIndex, text[after].isWhitespace
      else { return 0 }
      return 3
    default: return 0
    }
  }

  /// A piece without blanks, a bullet, or its number.
  private static func trimmed(
    _ text: String, _ range: Range<String.Index>
  ) -> Range<String.Index> {
    var piece = text[range]
    while piece.first?.isWhitespace == true { piece.removeFirst() }
    while piece.last?.isWhitespace == true { piece.removeLast() }
    if let mark = piece.first, mark == "-" || mark == "*", piece.dropFirst().first == " " {
      piece = piece.dropFirst(2)
    } else if let number = piece.prefixMatch(of: /[0-9]{1,3}[.)] +/) {
      piece = piece[number.range.upperBound...]
    }
    return piece.startIndex..<piece.endIndex
  }
}
