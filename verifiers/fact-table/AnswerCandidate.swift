import FactTables
import VerifierKit

/// The part of a completion that is its answer.
struct AnswerCandidate {
  /// Bytes of an answer, at most; no value of a table is as long, and no list may cost more.
  static let byteLimit = 4096

  /// As the completion writes it, without the frame of its marker.
  let text: String
  let folded: FoldedText

  /// Finds the answer of a completion.
  ///
  /// - Parameters:
  ///   - completion: The policy's text, of any size.
  ///   - rule: Where the answer stands.
  ///   - isList: Whether it may take several lines.
  /// - Throws: ``FactRefusal`` for a completion that gives no answer.
  init(
    of completion: String, rule: FactSettings.Extraction, isList: Bool
  ) throws(FactRefusal) {
    let bytes = Array(completion.utf8)
    var range = bytes.startIndex..<bytes.endIndex
    var rest = bytes.endIndex
    let found = rule == .line ? nil : AnswerMarker.last(in: bytes, onlyBoxed: rule == .boxed)
    switch found {
    case (.boxed, let content)?:
      guard let end = AnswerMarker.closingBrace(in: bytes, from: content) else {
        throw FactRefusal("the last box is not closed")
      }
      range = content..<end
      rest = end + 1
    case (.tag, let content)?:
      range = content..<AnswerMarker.closingTag(in: bytes, from: content)
      rest = min(range.upperBound + "</answer>".utf8.count, bytes.endIndex)
    case (_, let content)?:
      range = content..<bytes.endIndex
      if !isList { range = Self.firstLine(bytes, range) }
      rest = range.upperBound
    case nil:
      guard rule == .any || rule == .line else {
        throw FactRefusal("the completion has no marker for its answer")
      }
      if !isList { range = Self.lastLine(bytes) }
    }
    guard range.count <= Self.byteLimit else {
      throw FactRefusal("the answer is longer than \(Self.byteLimit) bytes")
    }
    if let (marker, content) = found {
      try Self.refuseDenial(before: content - marker.rawValue.utf8.count, bytes)
      try Self.refuseRetraction(from: rest, bytes)
    }
    text = Self.unwrapped(String(decoding: bytes[range], as: UTF8.self))
    folded = FoldedText(text)
    guard !folded.text.isEmpty else { throw FactRefusal("the completion gives no answer") }
  }

  /// Whether the answer is that nobody knows, or that the policy does not.
  var saysUnknown: Bool { Self.unknownForms.contains(folded.text) }

  /// What says that a value is unknown.
  static let unknownForms: Set<String> = [
    "unknown", "i do not know", "i dont know", "do not know", "dont know", "not known",
    "it is unknown", "it is not known", "nobody knows", "no one knows", "answer is unknown", "idk",
  ]

  // MARK: - What is said around a marked answer

  /// Bytes around an answer that are read, at most on each side.
  private static let surroundings = 2048

  /// Refuses `It is not \boxed{Paris}`: a denial in the clause that leads to the marker.
  private static func refuseDenial(before end: Int, _ bytes: [UInt8]) throws(FactRefusal) {
    let start = bytes[..<end].suffix(surroundings).lastIndex { ",;:.!?\n".utf8.contains($0) }
    let from = start.map { $0 + 1 } ?? max(0, end - surroundings)
    let clause = FoldedText(String(decoding: bytes[from..<end], as: UTF8.self))
    if clause.words.contains(where: denials.contains) {
      throw FactRefusal("the clause before the answer denies it, or leaves it open")
    }
  }

  /// Refuses `\boxed{Paris} is wrong; it is Lyon`: words behind the answer that take it back.
  private static func refuseRetraction(from start: Int, _ bytes: [UInt8]) throws(FactRefusal) {
    let rest = FoldedText(
      String(decoding: bytes[start...].prefix(surroundings), as: UTF8.self))
    let words = rest.words
    guard words.first != "?", !words.contains(where: retractions.contains) else {
      throw FactRefusal("what stands behind the answer takes it back, or leaves it open")
    }
  }

  private static let denials: Set<String> = [
    "or", "not", "no", "never", "neither", "nor", "isnt", "arent", "wasnt", "werent", "wrong",
    "false", "incorrect", "except",
  ]
  private static let retractions = denials.union([
    "actually", "instead", "rather", "wait", "correction", "sorry",
  ])

  // MARK: - Lines and frames

  private static func firstLine(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
    let start = bytes[range].firstIndex { !$0.isBlankOrLineEnd } ?? range.upperBound
    return start..<(bytes[start..<range.upperBound].firstIndex(of: 0x0A) ?? range.upperBound)
  }

  private static func lastLine(_ bytes: [UInt8]) -> Range<Int> {
    let end = bytes.lastIndex { !$0.isBlankOrLineEnd }.map { $0 + 1 } ?? 0
    return (bytes[..<end].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0)..<end
  }

  /// The text without `\text{…}` and `$…$` around it.
  private static func unwrapped(_ text: String) -> String {
    let ends = [text.utf8.first, text.utf8.last].compactMap(\.self)
    guard ends.contains(where: { !$0.isLetterOrDigit }) else { return text }
    var text = text[...]
    for _ in 0..<4 {
      while text.first?.isWhitespace == true { text.removeFirst() }
      while text.last?.isWhitespace == true { text.removeLast() }
      if let frame = frames.first(where: { text.hasPrefix($0) }), text.last == "}" {
        text = text.dropFirst(frame.count).dropLast()
      } else if text.count > 2, text.first == "$", text.last == "$" {
        text = text.dropFirst().dropLast()
      } else {
        break
      }
    }
    return String(text)
  }

  private static let frames = ["\\text{", "\\textbf{", "\\mathrm{", "\\mathbf{"]
}

extension UInt8 {
  fileprivate var isLetterOrDigit: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  fileprivate var isBlankOrLineEnd: Bool {
    self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0D
  }
}
