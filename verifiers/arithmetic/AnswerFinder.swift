import VerifierKit

/// Where a completion's final answer stands, by a declared rule.
///
/// The markers are those of `AnswerMarker`: `\boxed{…}`, `####`, `Answer:`, `A:` and
/// `<answer>…</answer>`, of which the last one counts.
enum AnswerFinder {
  /// What was found.
  enum Place: Equatable {
    /// The text behind the last marker, which should be one number.
    case marked(Range<Int>, marker: String)
    /// No marker: the last number of the text counts.
    case unmarked
  }

  /// Finds the answer of `text`.
  ///
  /// - Parameters:
  ///   - text: A completion's bytes.
  ///   - onlyBoxed: Whether `\boxed{…}` is the only marker.
  /// - Returns: The place of the answer.
  static func place(in text: [UInt8], onlyBoxed: Bool) -> Place {
    guard let (marker, content) = AnswerMarker.last(in: text, onlyBoxed: onlyBoxed) else {
      return .unmarked
    }
    let range =
      switch marker {
      case .boxed: braced(text, from: content)
      case .tag: content..<AnswerMarker.closingTag(in: text, from: content)
      case .short, .answer, .hashes: sentence(text, from: content)
      }
    return .marked(range, marker: marker.rawValue)
  }

  // MARK: - Contents

  /// Up to the brace that closes the one before `start`, and a percent sign behind it; empty where
  /// none does, since then the answer was cut off.
  private static func braced(_ text: [UInt8], from start: Int) -> Range<Int> {
    guard let end = AnswerMarker.closingBrace(in: text, from: start) else { return start..<start }
    return start..<withPercent(text, content: end)
  }

  /// The end of a box's content, moved behind a percent sign or word that follows the box.
  private static func withPercent(_ text: [UInt8], content end: Int) -> Int {
    var at = end + 1
    while at < text.count, text[at].isBlank || text[at] == UInt8(ascii: "$") { at += 1 }
    if at < text.count, text[at] == UInt8(ascii: "\\") { at += 1 }
    return NumberWords.percentEnd(text, at) ?? end
  }

  /// The first line from `start` that is not blank, up to the end of its first sentence with a digit.
  private static func sentence(_ text: [UInt8], from start: Int) -> Range<Int> {
    var first = start
    while first < text.count, text[first].isSpace { first += 1 }
    var end = first
    var hasDigit = false
    while end < text.count, text[end] != 0x0A {
      if text[end].isDigit { hasDigit = true }
      let isStop = text[end] == UInt8(ascii: ".") || text[end] == UInt8(ascii: ";")
      if hasDigit, isStop, end + 1 < text.count, text[end + 1].isSpace { break }
      end += 1
    }
    return first..<end
  }
}
