/// The rest of a JSON string from its first escape on, which few strings have.
struct EscapedString {
  private let bytes: [UInt8]
  private let end: Int
  /// What is read next; behind the closing quote once the text is read.
  private(set) var position: Int
  private var decoded: [UInt8]

  /// - Parameters:
  ///   - bytes: What holds the string.
  ///   - plain: The string's bytes before its first escape.
  ///   - end: Where the whole text ends.
  init(_ bytes: [UInt8], _ plain: Range<Int>, end: Int) {
    (self.bytes, self.end, position) = (bytes, end, plain.upperBound)
    decoded = Array(bytes[plain])
  }

  /// Reads the string to its closing quote.
  ///
  /// - Returns: All of its text.
  mutating func text() throws(JSONSyntaxError) -> String {
    while position < end {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let text = String(validating: decoded, as: UTF8.self) else {
          throw error("a string is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"):
        position += 1
        try escape()
      case ..<0x20: throw error("a control character in a string is not escaped")
      default:
        decoded.append(byte)
        position += 1
      }
    }
    throw error("a string does not end")
  }

  private mutating func escape() throws(JSONSyntaxError) {
    guard position < end else { throw error("a string does not end") }
    let escape = bytes[position]
    position += 1
    switch escape {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(escape)
    case UInt8(ascii: "b"): decoded.append(0x08)
    case UInt8(ascii: "f"): decoded.append(0x0C)
    case UInt8(ascii: "n"): decoded.append(0x0A)
    case UInt8(ascii: "r"): decoded.append(0x0D)
    case UInt8(ascii: "t"): decoded.append(0x09)
    case UInt8(ascii: "u"): decoded.append(contentsOf: String(Character(try scalar())).utf8)
    default: throw error("an escape that JSON does not have")
    }
  }

  private mutating func scalar() throws(JSONSyntaxError) -> Unicode.Scalar {
    let high = try hexUnit()
    if let scalar = Unicode.Scalar(high) { return scalar }
    let restart = position
    if high < 0xDC00, bytes[position..<end].starts(with: #"\u"#.utf8) {
      position += 2
      let low = try hexUnit()
      if (0xDC00..<0xE000).contains(low),
        let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
      {
        return scalar
      }
    }
    position = restart
    return "\u{FFFD}"
  }

  private mutating func hexUnit() throws(JSONSyntaxError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard position < end else { throw error("a string does not end") }
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 + UInt32(byte - 48)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 + UInt32(byte - 87)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 + UInt32(byte - 55)
      default: throw error("four hexadecimal digits are needed")
      }
      position += 1
    }
    return unit
  }

  private func error(_ problem: String) -> JSONSyntaxError {
    JSONSyntaxError(offset: position, problem: problem)
  }
}
