/// A strict reader of one JSON text, faster than `JSONDecoder` where a line holds one small object.
///
/// It follows RFC 8259 and is stricter where a reader has a choice, since what it reads may be
/// hostile: depth is bounded, an object's keys are unique, numbers are finite, bytes are UTF-8. A
/// lone surrogate escape becomes U+FFFD, as a Swift string cannot hold it.
package struct JSONReader {
  /// Arrays and objects inside each other, at most.
  package static let depthLimit = 128

  private let bytes: [UInt8]
  private let end: Int
  private var position: Int

  /// Reads one value that fills `range` of `bytes`.
  ///
  /// - Throws: ``JSONSyntaxError`` with the offset of the first byte that does not fit.
  package static func value(
    in bytes: [UInt8], _ range: Range<Int>
  ) throws(JSONSyntaxError) -> JSONValue {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= bytes.count, "\(range) of \(bytes.count) bytes")
    var reader = JSONReader(bytes: bytes, end: range.upperBound, position: range.lowerBound)
    let value = try reader.value(depth: 0)
    reader.skipBlanks()
    guard reader.position == reader.end else { throw reader.error("text after the value") }
    return value
  }

  /// Reads one value that is all of `text`.
  ///
  /// - Throws: ``JSONSyntaxError`` with the offset of the first byte that does not fit.
  package static func value(in text: String) throws(JSONSyntaxError) -> JSONValue {
    let bytes = Array(text.utf8)
    return try value(in: bytes, 0..<bytes.count)
  }

  private init(bytes: [UInt8], end: Int, position: Int) {
    (self.bytes, self.end, self.position) = (bytes, end, position)
  }

  // MARK: - The grammar

  private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
    skipBlanks()
    guard position < end else { throw error("the text ends where a value is needed") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
    case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func object(depth: Int) throws(JSONSyntaxError) -> [String: JSONValue] {
    guard depth <= Self.depthLimit else { throw error("more than \(Self.depthLimit) levels") }
    position += 1
    var members: [String: JSONValue] = [:]
    skipBlanks()
    if take("}") { return members }
    while true {
      skipBlanks()
      guard position < end, bytes[position] == UInt8(ascii: "\"") else {
        throw error("a key in quotes is needed")
      }
      let start = position
      let key = try string()
      skipBlanks()
      guard take(":") else { throw error("a colon is needed after the key '\(key)'") }
      guard members.updateValue(try value(depth: depth), forKey: key) == nil else {
        throw JSONSyntaxError(offset: start, problem: "the key '\(key)' occurs twice")
      }
      skipBlanks()
      if take("}") { return members }
      guard take(",") else { throw error("a comma or } is needed") }
    }
  }

  private mutating func array(depth: Int) throws(JSONSyntaxError) -> [JSONValue] {
    guard depth <= Self.depthLimit else { throw error("more than \(Self.depthLimit) levels") }
    position += 1
    var elements: [JSONValue] = []
    skipBlanks()
    if take("]") { return elements }
    while true {
      elements.append(try value(depth: depth))
      skipBlanks()
      if take("]") { return elements }
      guard take(",") else { throw error("a comma or ] is needed") }
    }
  }

  private mutating func word(
    _ word: StaticString, _ value: JSONValue
  ) throws(JSONSyntaxError) -> JSONValue {
    let letters = word.utf8CodeUnitCount
    guard position + letters <= end,
      "\(word)".utf8.elementsEqual(bytes[position..<position + letters])
    else { throw error("'\(word)' is needed") }
    position += letters
    return value
  }

  private mutating func number() throws(JSONSyntaxError) -> Double {
    let start = position
    let negative = take("-")
    let first = position
    var small = 0
    while let digit = digit() {
      if position - first < 15 { small = small * 10 + digit }
      position += 1
    }
    let digits = position - first
    guard digits > 0 else { throw error("a value is needed") }
    guard digits == 1 || bytes[first] != UInt8(ascii: "0") else {
      throw error("a number starts with a needless zero")
    }
    var isPlain = digits <= 15
    if take(".") {
      isPlain = false
      try someDigits()
    }
    if take("e") || take("E") {
      isPlain = false
      if !take("+") { _ = take("-") }
      try someDigits()
    }
    if isPlain { return negative ? -Double(small) : Double(small) }
    guard let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)),
      value.isFinite
    else { throw error("a number is beyond the range of a Double") }
    return value
  }

  private mutating func someDigits() throws(JSONSyntaxError) {
    guard digit() != nil else { throw error("a digit is needed") }
    while digit() != nil { position += 1 }
  }

  private func digit() -> Int? {
    guard position < end else { return nil }
    let value = Int(bytes[position]) - 48
    return (0...9).contains(value) ? value : nil
  }

  // MARK: - Strings

  private mutating func string() throws(JSONSyntaxError) -> String {
    position += 1
    let start = position
    var all: UInt8 = 0
    while position < end {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        let range = bytes[start..<position]
        // ASCII needs no check, and most strings are.
        guard
          let text = all < 0x80
            ? String(decoding: range, as: UTF8.self) : String(validating: range, as: UTF8.self)
        else { throw error("a string is not UTF-8") }
        position += 1
        return text
      case UInt8(ascii: "\\"):
        var rest = EscapedString(bytes, start..<position, end: end)
        defer { position = rest.position }
        return try rest.text()
      case ..<0x20: throw error("a control character in a string is not escaped")
      default:
        all |= byte
        position += 1
      }
    }
    throw error("a string does not end")
  }

  // MARK: - Bytes

  private mutating func skipBlanks() {
    while position < end {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard position < end, bytes[position] == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  private func error(_ problem: String) -> JSONSyntaxError {
    JSONSyntaxError(offset: position, problem: problem)
  }
}
