/// Where and why a document is not JSON.
package struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Position in bytes.
  package let byte: Int
  /// The end of a sentence about that position.
  package let problem: String

  package var description: String { "not valid JSON: byte \(byte) \(problem)." }
}

/// A string that is told apart by its code points, unlike `String`, for which `é` has one spelling.
package struct ExactString: Hashable, Sendable {
  package let text: String

  package init(_ text: String) { self.text = text }

  package static func == (left: ExactString, right: ExactString) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}

/// Reads one document of bytes from left to right.
struct OrderedJSONParser {
  private let bytes: [UInt8]
  private var position = 0
  private static let depthLimit = 64

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(JSONError) -> OrderedJSON {
    let value = try value(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw error("follows the end of the document") }
    return value
  }

  private mutating func value(depth: Int) throws(JSONError) -> OrderedJSON {
    guard depth < Self.depthLimit else {
      throw error("opens more than \(Self.depthLimit) nested values")
    }
    skipSpace()
    guard let first = peek else { throw error("is the end, where a value should be") }
    switch first {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw error("begins no value")
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> OrderedJSON {
    position += 1
    var members: [OrderedJSON.Member] = []
    var keys: Set<ExactString> = []
    skipSpace()
    if take("}") { return .object([]) }
    repeat {
      skipSpace()
      let start = position
      guard peek == UInt8(ascii: "\"") else { throw error("begins no key") }
      let key = try string()
      guard keys.insert(ExactString(key)).inserted else {
        throw JSONError(byte: start, problem: "repeats the key '\(key.prefix(80))'")
      }
      skipSpace()
      guard take(":") else { throw error("should be ':'") }
      members.append(OrderedJSON.Member(key, try value(depth: depth + 1)))
      skipSpace()
    } while take(",")
    guard take("}") else { throw error("should be ',' or '}'") }
    return .object(members)
  }

  private mutating func array(depth: Int) throws(JSONError) -> OrderedJSON {
    position += 1
    var values: [OrderedJSON] = []
    skipSpace()
    if take("]") { return .array([]) }
    repeat {
      values.append(try value(depth: depth + 1))
      skipSpace()
    } while take(",")
    guard take("]") else { throw error("should be ',' or ']'") }
    return .array(values)
  }

  private mutating func literal(
    _ text: String, _ value: OrderedJSON
  ) throws(JSONError) -> OrderedJSON {
    guard bytes[position...].starts(with: text.utf8) else { throw error("begins no value") }
    position += text.utf8.count
    return value
  }

  private mutating func number() throws(JSONError) -> OrderedJSON {
    let start = position
    _ = take("-")
    let firstDigit = position
    let digits = skipDigits()
    guard digits == 1 || digits > 1 && bytes[firstDigit] != UInt8(ascii: "0") else {
      throw JSONError(byte: start, problem: "begins no number")
    }
    var isInteger = true
    if take(".") {
      isInteger = false
      guard skipDigits() > 0 else { throw error("should be a digit") }
    }
    if take("e") || take("E") {
      isInteger = false
      if !take("+") { _ = take("-") }
      guard skipDigits() > 0 else { throw error("should be a digit") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let value = Int(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else {
      throw JSONError(byte: start, problem: "begins a number that is out of range")
    }
    return .number(value)
  }

  private mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: "\""), bytes[end] != UInt8(ascii: "\\") {
      guard bytes[end] >= 0x20 else {
        throw JSONError(byte: end, problem: "is a control character in a string")
      }
      end += 1
    }
    guard let plain = String(validating: bytes[start..<end], as: UTF8.self) else {
      throw JSONError(byte: start, problem: "begins a string that is not UTF-8")
    }
    position = end
    if take("\"") { return plain }
    return try string(continuing: plain)
  }

  /// Reads the rest of a string that holds an escape.
  private mutating func string(continuing plain: String) throws(JSONError) -> String {
    var units = Array(plain.utf8)
    let start = position
    while let byte = peek {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: units, as: UTF8.self) else {
          throw JSONError(byte: start, problem: "continues a string that is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): units += String(try escape()).utf8
      case 0..<0x20:
        throw JSONError(byte: position - 1, problem: "is a control character in a string")
      default: units.append(byte)
      }
    }
    throw error("is the end, inside a string")
  }

  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    guard let byte = peek else { throw error("is the end, inside a string") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let first = try hexadecimal()
      if let scalar = Unicode.Scalar(first) { return scalar }
      if first < 0xDC00, take("\\"), take("u") {
        let second = try hexadecimal()
        if (0xDC00...0xDFFF).contains(second),
          let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        {
          return scalar
        }
      }
      throw error("ends half a surrogate pair")
    default: throw JSONError(byte: position - 1, problem: "is no escape")
    }
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error("should be a hexadecimal digit")
      }
      value = value << 4 + UInt32(digit)
      position += 1
    }
    return value
  }

  // MARK: - Bytes

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  private func isDigit(at index: Int) -> Bool {
    index < bytes.count && (48...57).contains(bytes[index])
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while isDigit(at: position) { position += 1 }
    return position - start
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || (0x09...0x0A).contains(byte) || byte == 0x0D {
      position += 1
    }
  }

  private func error(_ problem: String) -> JSONError { JSONError(byte: position, problem: problem) }
}
