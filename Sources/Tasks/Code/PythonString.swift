/// One string as Python source writes it: its text, and where it ends.
struct PythonString {
  let text: String
  /// The place behind its closing quotes.
  let end: Int

  /// Reads the string whose opening quote stands at `start`.
  ///
  /// - Throws: ``PythonReader/Unreadable`` where it does not end, is no text, or has an escape that
  ///   tests do not use.
  init(in source: [UInt8], at start: Int) throws(PythonReader.Unreadable) {
    let quote = source[start]
    let isLong = source[start...].starts(with: [quote, quote, quote])
    var position = start + (isLong ? 3 : 1)
    var bytes: [UInt8] = []
    while position < source.count {
      let byte = source[position]
      if byte == quote, !isLong || source[position...].starts(with: [quote, quote, quote]) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
          throw PythonReader.Unreadable()
        }
        (self.text, end) = (text, position + (isLong ? 3 : 1))
        return
      }
      if byte == 0x0A, !isLong { throw PythonReader.Unreadable() }
      position += 1
      if byte == UInt8(ascii: "\\") {
        bytes += try Self.escape(in: source, &position)
      } else {
        bytes.append(byte)
      }
    }
    throw PythonReader.Unreadable()
  }

  // MARK: - Escapes

  /// What stands for an escape, whose backslash is before `position`.
  private static func escape(
    in source: [UInt8], _ position: inout Int
  ) throws(PythonReader.Unreadable) -> [UInt8] {
    guard position < source.count else { throw PythonReader.Unreadable() }
    let byte = source[position]
    position += 1
    switch byte {
    case 0x0A: return []
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "0")
    where position < source.count && !(0x30...0x37).contains(source[position]):
      return [0]
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): return [byte]
    case UInt8(ascii: "x"): return try scalar(digits: 2, in: source, &position)
    case UInt8(ascii: "u"): return try scalar(digits: 4, in: source, &position)
    case UInt8(ascii: "a"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "v"),
      UInt8(ascii: "N"), UInt8(ascii: "U"), UInt8(ascii: "0")...UInt8(ascii: "7"):
      throw PythonReader.Unreadable()
    default: return [UInt8(ascii: "\\"), byte]  // Python keeps the backslash of an unknown escape
    }
  }

  private static func scalar(
    digits: Int, in source: [UInt8], _ position: inout Int
  ) throws(PythonReader.Unreadable) -> [UInt8] {
    guard position + digits <= source.count,
      let number = UInt32(
        String(decoding: source[position..<position + digits], as: UTF8.self), radix: 16),
      let scalar = Unicode.Scalar(number)
    else { throw PythonReader.Unreadable() }
    position += digits
    return Array(String(Character(scalar)).utf8)
  }
}
