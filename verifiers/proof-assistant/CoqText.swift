/// A text in Coq's language without its comments, cut into sentences.
///
/// Comments nest and hold strings, in which no comment ends; a sentence ends with periods. Coq is
/// given this text and not the one that was read, so both see the same.
struct CoqText: Equatable {
  /// Why a text cannot be read.
  enum Malformed: Error, Equatable, CustomStringConvertible {
    case endlessComment, endlessString

    var description: String {
      switch self {
      case .endlessComment: "a comment has no end"
      case .endlessString: "a string has no end"
      }
    }
  }

  /// The text; a comment has become a blank.
  let bytes: [UInt8]
  /// The sentences without the periods at their ends, and without blanks around them.
  let sentences: [ArraySlice<UInt8>]
  /// What stands behind the last sentence, without blanks around it.
  let rest: ArraySlice<UInt8>

  var text: String { String(decoding: bytes, as: UTF8.self) }

  init(_ source: String) throws(Malformed) {
    let bytes = try Self.withoutComments(Array(source.utf8))
    var sentences: [ArraySlice<UInt8>] = []
    var (start, place) = (0, 0)
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "\""): place = try Self.endOfString(bytes, place)
      case UInt8(ascii: "."):
        let end = place
        while place < bytes.count, bytes[place] == UInt8(ascii: ".") { place += 1 }
        // Coq ends a sentence before a blank alone; before a name or a parenthesis it reads a field.
        // What is neither ends one here, so that nothing is taken for a sentence's middle.
        if place < bytes.count, Self.isWord(bytes[place]) || bytes[place] == UInt8(ascii: "(") {
          continue
        }
        sentences.append(Self.trimmed(bytes[start..<end]))
        start = place
      default: place += 1
      }
    }
    (self.bytes, self.sentences, rest) = (bytes, sentences, Self.trimmed(bytes[start...]))
  }

  /// The identifiers of the text, strings left out; a qualified name is several.
  var words: [ArraySlice<UInt8>] {
    var words: [ArraySlice<UInt8>] = []
    var place = 0
    while place < bytes.count {
      let start = place
      if bytes[place] == UInt8(ascii: "\"") {
        place += 1
        while place < bytes.count, bytes[place] != UInt8(ascii: "\"") { place += 1 }
        place += 1
      } else if Self.isWord(bytes[place]) {
        while place < bytes.count, Self.isWord(bytes[place]) { place += 1 }
        words.append(bytes[start..<place])
      } else {
        place += 1
      }
    }
    return words
  }

  // MARK: - Bytes

  static func isBlank(_ byte: UInt8) -> Bool { " \n\t\r".utf8.contains(byte) }

  /// Whether a byte belongs to identifiers, which all beyond ASCII may.
  static func isWord(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte >= 0x80
      || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "'")
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let last = bytes.lastIndex(where: { !isBlank($0) }) else { return [] }
    return bytes[...last].drop(while: isBlank)
  }

  /// The place behind the string that starts at a place.
  private static func endOfString(_ bytes: [UInt8], _ start: Int) throws(Malformed) -> Int {
    guard let end = bytes[(start + 1)...].firstIndex(of: UInt8(ascii: "\"")) else {
      throw .endlessString
    }
    return end + 1
  }

  private static func withoutComments(_ bytes: [UInt8]) throws(Malformed) -> [UInt8] {
    func isPair(_ place: Int, _ one: Unicode.Scalar, _ other: Unicode.Scalar) -> Bool {
      place + 1 < bytes.count && bytes[place] == UInt8(ascii: one)
        && bytes[place + 1] == UInt8(ascii: other)
    }
    var kept: [UInt8] = []
    var (place, depth) = (0, 0)
    while place < bytes.count {
      if bytes[place] == UInt8(ascii: "\"") {
        let end = try endOfString(bytes, place)
        if depth == 0 { kept += bytes[place..<end] }
        place = end
      } else if isPair(place, "(", "*") {
        depth += 1
        place += 2
      } else if depth > 0, isPair(place, "*", ")") {
        depth -= 1
        place += 2
        if depth == 0 { kept.append(UInt8(ascii: " ")) }
      } else {
        if depth == 0 { kept.append(bytes[place]) }
        place += 1
      }
    }
    guard depth == 0 else { throw .endlessComment }
    return kept
  }
}
