/// Where expressions of Python end that are passed over, and not read.
enum PythonExtent {
  /// The end of a statement: a line's end, a semicolon or a comment outside of brackets.
  static func endOfStatement(
    in source: [UInt8], from start: Int
  ) throws(PythonReader.Unreadable) -> Int {
    var (position, open) = (start, 0)
    while position < source.count {
      switch source[position] {
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        position = try PythonString(in: source, at: position).end
        continue
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): open += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): open -= 1
      case 0x0A, UInt8(ascii: ";"), UInt8(ascii: "#"):
        if open <= 0 { return position }
      default: break
      }
      position += 1
    }
    return position
  }

  /// The end of one argument of a call: the comma or bracket behind it.
  static func endOfArgument(
    in source: [UInt8], from start: Int
  ) throws(PythonReader.Unreadable) -> Int {
    // `*rest` and `**rest` are more than one argument.
    guard start < source.count, source[start] != UInt8(ascii: "*") else {
      throw PythonReader.Unreadable()
    }
    var (position, open) = (start, 0)
    while position < source.count {
      switch source[position] {
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        position = try PythonString(in: source, at: position).end
        continue
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): open += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
        if open == 0 { return position }
        open -= 1
      case UInt8(ascii: ",") where open == 0: return position
      // A keyword argument, or a statement that is none of ours.
      case UInt8(ascii: "="), 0x0A: throw PythonReader.Unreadable()
      default: break
      }
      position += 1
    }
    throw PythonReader.Unreadable()
  }
}
