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
    for start in text.indices.reversed() {
      guard let marker = Marker(at: start, in: text), !onlyBoxed || marker == .boxed else {
        continue
      }
      let content = start + marker.rawValue.utf8.count
      let range =
        switch marker {
        case .boxed: braced(text, from: content)
        case .tag: upToTag(text, from: content)
        default: sentence(text, from: content)
        }
      return .marked(range, marker: marker.rawValue)
    }
    return .unmarked
  }

  // MARK: - Markers

  private enum Marker: String {
    case short = "A:"
    case answer = "Answer:"
    case hashes = "####"
    case tag = "<answer>"
    case boxed = "\\boxed{"

    /// The marker that starts at `start`; nil where none does.
    init?(at start: Int, in text: [UInt8]) {
      let isWordStart = start == 0 || !text[start - 1].isPartOfWord
      switch text[start] {
      case UInt8(ascii: "#") where Self.hashes.starts(text[start...]): self = .hashes
      case UInt8(ascii: "<") where Self.tag.starts(text[start...]): self = .tag
      case UInt8(ascii: "\\") where Self.boxed.starts(text[start...]): self = .boxed
      case UInt8(ascii: "A") where isWordStart && Self.short.starts(text[start...]): self = .short
      case UInt8(ascii: "A"), UInt8(ascii: "a"):
        guard isWordStart, Self.answer.starts(text[start...], ignoringCase: true) else {
          return nil
        }
        self = .answer
      default: return nil
      }
    }

    private func starts(_ text: ArraySlice<UInt8>, ignoringCase: Bool = false) -> Bool {
      text.starts(with: rawValue.utf8) { byte, letter in
        byte == letter || ignoringCase && byte.isLetter && byte | 0x20 == letter | 0x20
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
