import VerifierKit

/// The part of a completion that is its answer.
///
/// Behind the last marker it is the first line that is not blank, or what a box or a tag encloses;
/// without a marker it is the last line. A grid is everything behind the marker, or everything; a
/// list may have one element a line where nothing stands on the marker's own. Letters, digits or a
/// question mark that follow a box or a tag take it back, as do a denial or a hedge in front.
struct AnswerSpan {
  /// Where the answer is looked for.
  enum Rule: String, CaseIterable {
    /// Behind the last marker; without one, the last line.
    case any
    /// Behind the last marker.
    case marker
    /// In the last `\boxed{…}`.
    case boxed
    /// The last line, markers or not.
    case lastLine
    /// All of the completion.
    case whole
  }

  /// A completion that gives no answer, and why.
  struct Refusal: Error {
    let reason: String
  }

  /// The longest answer, in bytes; what is longer is none.
  static let byteLimit = 1 << 16

  /// The answer as it is written, blanks at its ends left aside.
  let text: String

  /// Finds the answer.
  ///
  /// - Parameters:
  ///   - completion: The policy's text.
  ///   - rule: Where it is looked for.
  ///   - form: How the answer is read, which tells whether it may have several lines.
  /// - Throws: ``Refusal`` where there is none, or more is said behind it.
  init(in completion: String, rule: Rule, form: AnswerForm) throws(Refusal) {
    let bytes = Array(completion.utf8)
    let range = try Self.range(in: bytes, rule: rule, form: form)
    let trimmed = Self.trimmed(bytes[range])
    guard !trimmed.isEmpty else { throw Refusal(reason: "the completion has no answer") }
    guard trimmed.count <= Self.byteLimit else {
      throw Refusal(reason: "the answer is longer than \(Self.byteLimit) bytes")
    }
    text = String(decoding: trimmed, as: UTF8.self)
  }

  /// The answer without a phrase such as `The final answer is` in front of it.
  var withoutLeadIn: String {
    var rest = text[...]
    rest.drop(oneOf: ["so", "thus", "therefore", "hence"])
    let start = rest
    rest.drop(oneOf: ["the"])
    rest.drop(oneOf: ["final", "correct", "right"])
    guard rest.drop(oneOf: ["answer"]), rest.drop(oneOf: ["is"]) else { return String(start) }
    return String(rest)
  }

  // MARK: - Places

  private static func range(
    in text: [UInt8], rule: Rule, form: AnswerForm
  ) throws(Refusal) -> Range<Int> {
    if rule == .whole { return text.indices }
    if rule != .lastLine,
      let (marker, content) = AnswerMarker.last(in: text, onlyBoxed: rule == .boxed)
    {
      return try marked(text, marker, from: content, form: form)
    }
    guard rule == .any || rule == .lastLine else {
      throw Refusal(reason: "the completion has no marker for its answer")
    }
    return form == .grid ? text.indices : lastLine(text)
  }

  /// The content of a marker, behind which nothing else may be said.
  private static func marked(
    _ text: [UInt8], _ marker: AnswerMarker, from start: Int, form: AnswerForm
  ) throws(Refusal) -> Range<Int> {
    let range: Range<Int>
    var rest: ArraySlice<UInt8>
    let lead = text[..<(start - marker.rawValue.utf8.count)]
    switch marker {
    case .boxed:
      guard let end = AnswerMarker.closingBrace(in: text, from: start) else {
        throw Refusal(reason: "the box is not closed")
      }
      range = start..<end
      rest = text[end...]
    case .tag:
      let end = AnswerMarker.closingTag(in: text, from: start)
      range = start..<end
      rest = text[end...].dropFirst("</answer>".utf8.count)
    case .short, .answer, .hashes:
      if form == .grid { return start..<text.count }
      let (opening, close) = MarkdownEmphasis.around(lead, text[start...])
      let first = text[opening...].firstIndex { !isSpace($0) } ?? text.count
      let isOnNextLine = text[opening..<first].contains(0x0A)
      if form == .list || form == .set, isOnNextLine { return first..<text.count }
      let end = text[first...].firstIndex(of: 0x0A) ?? text.count
      range = first..<max(first, close ?? end)
      rest = text[end...]
    }
    guard !rest.contains(where: isSpoken) else {
      throw Refusal(reason: "more is said behind the answer")
    }
    if marker == .boxed || marker == .tag {
      guard !rest.contains(UInt8(ascii: "?")) else {
        throw Refusal(reason: "a question is no answer")
      }
      if let word = AnswerLead(lead).doubt {
        throw Refusal(reason: "'\(word)' in front takes the answer back")
      }
    }
    return range
  }

  /// The last line with more than blanks and the end of a code block.
  private static func lastLine(_ text: [UInt8]) -> Range<Int> {
    var end = text.count
    while end > 0 {
      let start = text[..<end].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
      if text[start..<end].contains(where: { !isSpace($0) && $0 != UInt8(ascii: "`") }) {
        return start..<end
      }
      end = max(0, start - 1)
    }
    return 0..<0
  }

  // MARK: - Bytes

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let first = text.firstIndex(where: { !isSpace($0) }),
      let last = text.lastIndex(where: { !isSpace($0) })
    else { return [] }
    return text[first...last]
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }

  /// Whether a byte is part of a word; every one beyond ASCII counts.
  private static func isSpoken(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte &- 48 < 10 || (byte | 0x20) &- 97 < 26
  }
}

extension Substring {
  /// Takes one of some words from the front, in upper or lower case, with the blanks, comma or
  /// colon behind it.
  @discardableResult
  fileprivate mutating func drop(oneOf words: [String]) -> Bool {
    for word in words where prefix(word.count).lowercased() == word {
      let rest = dropFirst(word.count)
      guard let next = rest.first, next == " " || next == "," || next == ":" else { continue }
      self = rest.drop { $0 == " " || $0 == "," || $0 == ":" }
      return true
    }
    return false
  }
}
