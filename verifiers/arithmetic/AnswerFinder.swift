/// Where a completion's final answer stands, by a declared rule.
///
/// The markers are `\boxed{…}`, `####`, `Answer:`, `A:` and `<answer>…</answer>`; the one that
/// starts last counts, whatever stands before it, so that a second answer takes the first one back.
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
    var best: (start: Int, content: Int, marker: Marker)?
    for marker in Marker.allCases where !onlyBoxed || marker == .boxed {
      if let found = marker.last(in: text), found.start >= best?.start ?? 0 {
        best = (found.start, found.content, marker)
      }
    }
    guard let best else { return .unmarked }
    let range =
      switch best.marker {
      case .boxed: braced(text, from: best.content)
      case .tag: upToTag(text, from: best.content)
      default: sentence(text, from: best.content)
      }
    return .marked(range, marker: best.marker.rawValue)
  }

  // MARK: - Markers

  private enum Marker: String, CaseIterable {
    case short = "A:"
    case answer = "Answer:"
    case hashes = "####"
    case tag = "<answer>"
    case boxed = "\\boxed{"

    /// The last place of the marker: where it starts, and where its content does.
    func last(in text: [UInt8]) -> (start: Int, content: Int)? {
      let word = Array(rawValue.utf8)
      guard text.count >= word.count, let end = word.last else { return nil }
      var at = text.count - word.count
      while at >= 0 {
        if text[at + word.count - 1] == end, matches(word, text, at) {
          return (at, at + word.count)
        }
        at -= 1
      }
      return nil
    }

    private func matches(_ word: [UInt8], _ text: [UInt8], _ at: Int) -> Bool {
      for offset in word.indices {
        let byte = text[at + offset]
        let same = byte == word[offset]
        let sameLetter =
          self == .answer && byte.isLetter && byte | 0x20 == word[offset] | 0x20
        guard same || sameLetter else { return false }
      }
      switch self {
      case .answer, .short: return at == 0 || !text[at - 1].isPartOfWord
      default: return true
      }
    }
  }

  // MARK: - Contents

  /// Up to the brace that closes the one before `start`, and a percent sign behind it; empty where
  /// none does, since then the answer was cut off.
  private static func braced(_ text: [UInt8], from start: Int) -> Range<Int> {
    var depth = 1
    var at = start
    while at < text.count {
      if text[at] == UInt8(ascii: "\\") {
        at += 1
      }  // an escaped brace is text
      else if text[at] == UInt8(ascii: "{") {
        depth += 1
      } else if text[at] == UInt8(ascii: "}") {
        depth -= 1
      }
      if depth == 0 { return start..<withPercent(text, content: at) }
      at += 1
    }
    return start..<start
  }

  /// The end of a box's content, moved behind a percent sign or word that follows the box.
  private static func withPercent(_ text: [UInt8], content end: Int) -> Int {
    var at = end + 1
    while at < text.count, text[at].isBlank || text[at] == UInt8(ascii: "$") { at += 1 }
    if at < text.count, text[at] == UInt8(ascii: "\\") { at += 1 }
    return NumberWords.percentEnd(text, at) ?? end
  }

  private static func upToTag(_ text: [UInt8], from start: Int) -> Range<Int> {
    var end = start
    let close = Array("</answer>".utf8)
    while end < text.count, !text[end...].starts(with: close) { end += 1 }
    return start..<end
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

extension UInt8 {
  /// Whether a word goes on through this byte; every byte beyond ASCII counts.
  fileprivate var isPartOfWord: Bool {
    isLetter || isDigit || self >= 0x80 || self == UInt8(ascii: "_")
  }
}
