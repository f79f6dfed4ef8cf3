/// Where expressions of Python end that are passed over, and not read.
enum PythonExtent {
  /// The end of a statement: a line's end, a semicolon or a comment outside of brackets.
  static func endOfStatement(
    in source: [UInt8], from start: Int
  ) throws(PythonReader.Unreadable) -> Int {
    try end(in: source, from: start) { byte, depth in
      depth <= 0 && [0x0A, UInt8(ascii: ";"), UInt8(ascii: "#")].contains(byte)
    } ?? source.count
  }

  /// The end of one argument of a call: the comma or bracket behind it.
  static func endOfArgument(
    in source: [UInt8], from start: Int
  ) throws(PythonReader.Unreadable) -> Int {
    // `*rest` and `**rest` are more than one argument.
    guard start < source.count, source[start] != UInt8(ascii: "*") else {
      throw PythonReader.Unreadable()
    }
    let end = try end(in: source, from: start) { byte, depth throws(PythonReader.Unreadable) in
      // A keyword argument, or a statement that is none of ours.
      if byte == UInt8(ascii: "=") || byte == 0x0A { throw PythonReader.Unreadable() }
      return depth < 0 || depth == 0 && byte == UInt8(ascii: ",")
    }
    guard let end else { throw PythonReader.Unreadable() }
    return end
  }

  /// The first byte outside of strings that `isEnd` takes, given how many brackets are open behind it.
  private static func end(
    in source: [UInt8], from start: Int,
    where isEnd: (_ byte: UInt8, _ depth: Int) throws(PythonReader.Unreadable) -> Bool
  ) throws(PythonReader.Unreadable) -> Int? {
    var (position, depth) = (start, 0)
    while position < source.count {
      let byte = source[position]
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        position = try PythonString(in: source, at: position).end
        continue
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      default: break
      }
      if try isEnd(byte, depth) { return position }
      position += 1
    }
    return nil
  }
}
