/// What a completion writes before its final answer: `\boxed{…}`, `####`, `Answer:`, `A:`, or
/// `<answer>…</answer>`.
///
/// The marker that starts last counts, whatever stands before it, so that a second answer takes the
/// first one back.
package enum AnswerMarker: String, Sendable {
  case short = "A:"
  case answer = "Answer:"
  case hashes = "####"
  case tag = "<answer>"
  case boxed = "\\boxed{"

  /// Finds the last marker of `text`.
  ///
  /// - Parameters:
  ///   - text: A completion's bytes.
  ///   - onlyBoxed: Whether `\boxed{…}` is the only marker.
  /// - Returns: The marker, and where its content starts; nil where there is none.
  package static func last(
    in text: [UInt8], onlyBoxed: Bool = false
  ) -> (marker: AnswerMarker, content: Int)? {
    for start in text.indices.reversed() {
      guard let marker = AnswerMarker(at: start, in: text), !onlyBoxed || marker == .boxed else {
        continue
      }
      return (marker, start + marker.rawValue.utf8.count)
    }
    return nil
  }

  /// The place of the brace that closes the one before `start`; nil where the answer was cut off.
  package static func closingBrace(_ text: [UInt8], from start: Int) -> Int? {
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
      if depth == 0 { return at }
      at += 1
    }
    return nil
  }

  /// Where `</answer>` stands behind `start`, or the text ends.
  package static func closingTag(_ text: [UInt8], from start: Int) -> Int {
    var end = start
    let close = Array("</answer>".utf8)
    while end < text.count, !text[end...].starts(with: close) { end += 1 }
    return end
  }

  // MARK: - Where a marker starts

  private init?(at start: Int, in text: [UInt8]) {
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
      byte == letter || ignoringCase && byte.isASCIILetter && byte | 0x20 == letter | 0x20
    }
  }
}

extension UInt8 {
  fileprivate var isASCIILetter: Bool { (0x61...0x7A).contains(self | 0x20) }

  /// Whether a word goes on through this byte; every byte beyond ASCII counts.
  fileprivate var isPartOfWord: Bool {
    isASCIILetter || (0x30...0x39).contains(self) || self >= 0x80 || self == UInt8(ascii: "_")
  }
}
