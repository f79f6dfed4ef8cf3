/// What a completion writes before its answer.
///
/// The one that starts last counts, whatever stands before it, so that a second answer takes the
/// first one back.
package enum AnswerMarker: String {
  case short = "A:"
  /// In upper or lower case.
  case answer = "Answer:"
  case hashes = "####"
  case tag = "<answer>"
  case boxed = "\\boxed{"

  /// Finds the marker that starts last.
  ///
  /// - Parameters:
  ///   - text: A completion's bytes.
  ///   - onlyBoxed: Whether `\boxed{…}` is the only marker.
  /// - Returns: The marker, and where its content starts; nil where there is none.
  package static func last(
    in text: [UInt8], onlyBoxed: Bool = false
  ) -> (marker: AnswerMarker, content: Int)? {
    var start = text.count
    while start > 0 {
      start -= 1
      // Nearly every byte starts none, and a text may have a million.
      switch text[start] {
      case UInt8(ascii: "#"), UInt8(ascii: "<"), UInt8(ascii: "\\"), UInt8(ascii: "A"),
        UInt8(ascii: "a"):
        guard let marker = AnswerMarker(at: start, in: text), !onlyBoxed || marker == .boxed
        else { continue }
        return (marker, start + marker.rawValue.utf8.count)
      default: continue
      }
    }
    return nil
  }

  /// Where the brace is that closes the one before `start`; nil where the answer was cut off.
  package static func closingBrace(in text: [UInt8], from start: Int) -> Int? {
    var depth = 1
    var at = start
    while at < text.count {
      switch text[at] {
      case UInt8(ascii: "\\"): at += 1  // an escaped brace is text
      case UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "}"): depth -= 1
      default: break
      }
      if depth == 0 { return at }
      at += 1
    }
    return nil
  }

  /// Where `</answer>` starts behind `start`, or the text's end.
  package static func closingTag(in text: [UInt8], from start: Int) -> Int {
    let close = Array("</answer>".utf8)
    var end = start
    while end < text.count, !text[end...].starts(with: close) { end += 1 }
    return end
  }

  // MARK: - One place

  /// The marker that starts at `start`; nil where none does.
  private init?(at start: Int, in text: [UInt8]) {
    let isWordStart = start == 0 || !Self.isPartOfWord(text[start - 1])
    switch text[start] {
    case UInt8(ascii: "#") where Self.hashes.starts(text[start...]): self = .hashes
    case UInt8(ascii: "<") where Self.tag.starts(text[start...]): self = .tag
    case UInt8(ascii: "\\") where Self.boxed.starts(text[start...]): self = .boxed
    case UInt8(ascii: "A") where isWordStart && Self.short.starts(text[start...]): self = .short
    case UInt8(ascii: "A"), UInt8(ascii: "a"):
      guard isWordStart, Self.answer.starts(text[start...], ignoringCase: true) else { return nil }
      self = .answer
    default: return nil
    }
  }

  private func starts(_ text: ArraySlice<UInt8>, ignoringCase: Bool = false) -> Bool {
    text.starts(with: rawValue.utf8) { byte, letter in
      byte == letter || ignoringCase && Self.isLetter(byte) && byte | 0x20 == letter | 0x20
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 97 < 26 }

  /// Whether a word goes on through a byte; every one beyond ASCII counts.
  private static func isPartOfWord(_ byte: UInt8) -> Bool {
    isLetter(byte) || byte &- 48 < 10 || byte >= 0x80 || byte == UInt8(ascii: "_")
  }
}
