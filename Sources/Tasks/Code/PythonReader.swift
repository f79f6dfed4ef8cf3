/// Reads constant expressions of Python, and where other expressions end; it evaluates nothing else.
struct PythonReader {
  /// Source that is beyond this reader; such tests stay code.
  struct Unreadable: Error {}

  /// Brackets inside each other, at most.
  private static let depthLimit = 64

  let source: [UInt8]
  private(set) var position: Int
  /// Brackets that are open; lines do not end in them.
  private var brackets = 0
  /// Expressions inside each other.
  private var depth = 0

  init(_ source: some Sequence<UInt8>) { (self.source, position) = (Array(source), 0) }

  var isAtEnd: Bool { position >= source.count }

  /// Goes to another place, such as one that was remembered.
  mutating func rewind(to place: Int) { position = place }

  // MARK: - Words and marks

  /// Blanks and comments, and within brackets line ends too.
  mutating func skipBlanks(overLines: Bool = false) {
    while position < source.count {
      switch source[position] {
      case 0x20, 0x09, 0x0C: position += 1
      case 0x0D, 0x0A:
        guard overLines || brackets > 0 else { return }
        position += 1
      case UInt8(ascii: "\\") where position + 1 < source.count && source[position + 1] == 0x0A:
        position += 2
      case UInt8(ascii: "#"):
        while position < source.count, source[position] != 0x0A { position += 1 }
      default: return
      }
    }
  }

  /// Takes a mark such as `==` where it stands next.
  mutating func take(_ mark: StaticString) -> Bool {
    skipBlanks()
    let bytes = "\(mark)".utf8
    guard source[position...].starts(with: bytes) else { return false }
    position += bytes.count
    return true
  }

  /// Takes a name or keyword where one stands next.
  mutating func takeWord() -> String? {
    skipBlanks()
    let start = position
    while position < source.count, Self.isWord(source[position], first: position == start) {
      position += 1
    }
    return position > start ? String(decoding: source[start..<position], as: UTF8.self) : nil
  }

  /// Takes this very word where it stands next.
  mutating func take(word: String) -> Bool {
    let place = position
    if takeWord() == word { return true }
    position = place
    return false
  }

  private static func isWord(_ byte: UInt8, first: Bool) -> Bool {
    byte == UInt8(ascii: "_") || byte >= 0x80 || (0x61...0x7A).contains(byte | 0x20)
      || !first && (0x30...0x39).contains(byte)
  }

  // MARK: - Constants

  /// Reads a constant expression.
  mutating func constant() throws(Unreadable) -> PythonLiteral {
    var value = try product()
    while true {
      if take("+") {
        value = try Self.apply("+", value, product())
      } else if take("-") {
        value = try Self.apply("-", value, product())
      } else {
        return value
      }
    }
  }

  private static func apply(
    _ sign: String, _ a: PythonLiteral, _ b: PythonLiteral
  ) throws(Unreadable) -> PythonLiteral {
    guard let value = PythonLiteral.applying(sign, a, b) else { throw Unreadable() }
    return value
  }

  private mutating func product() throws(Unreadable) -> PythonLiteral {
    var value = try signed()
    while true {
      skipBlanks()
      if source[position...].starts(with: "//".utf8) || source[position...].starts(with: "**".utf8)
      {
        return value
      } else if take("*") {
        value = try Self.apply("*", value, signed())
      } else if take("/") {
        value = try Self.apply("/", value, signed())
      } else {
        return value
      }
    }
  }

  private mutating func signed() throws(Unreadable) -> PythonLiteral {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else { throw Unreadable() }
    if take("-") {
      guard let value = try signed().negated else { throw Unreadable() }
      return value
    }
    if take("+") { return try signed() }
    let base = try atom()
    return take("**") ? try Self.apply("**", base, signed()) : base
  }

  private mutating func atom() throws(Unreadable) -> PythonLiteral {
    skipBlanks()
    guard position < source.count else { throw Unreadable() }
    switch source[position] {
    case UInt8(ascii: "("): return try parenthesised()
    case UInt8(ascii: "["): return .list(try elements(from: "[", to: "]").values)
    case UInt8(ascii: "{"): return try braced()
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return try texts()
    case UInt8(ascii: "."), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default:
      switch takeWord() {
      case "True": return .bool(true)
      case "False": return .bool(false)
      case "None": return .none
      case "set" where take("(") && take(")"): return .set([])
      default: throw Unreadable()
      }
    }
  }

  private mutating func parenthesised() throws(Unreadable) -> PythonLiteral {
    let (values, hasComma) = try elements(from: "(", to: ")")
    return values.count == 1 && !hasComma ? values[0] : .tuple(values)
  }

  /// Constants between brackets, and whether a comma stands among them.
  private mutating func elements(
    from open: StaticString, to close: StaticString
  ) throws(Unreadable) -> (values: [PythonLiteral], hasComma: Bool) {
    guard take(open) else { throw Unreadable() }
    brackets += 1
    var (values, hasComma): ([PythonLiteral], Bool) = ([], false)
    while true {
      skipBlanks()
      if takeClosing(close) { return (values, hasComma) }
      values.append(try constant())
      if take(",") {
        hasComma = true
      } else {
        guard takeClosing(close) else { throw Unreadable() }
        return (values, hasComma)
      }
    }
  }

  /// A line may end right after the last bracket, so that one is closed only once it is taken.
  private mutating func takeClosing(_ mark: StaticString) -> Bool {
    guard take(mark) else { return false }
    brackets -= 1
    return true
  }

  private mutating func braced() throws(Unreadable) -> PythonLiteral {
    guard take("{") else { throw Unreadable() }
    brackets += 1
    var (values, pairs): ([PythonLiteral], [PythonLiteral.Pair]) = ([], [])
    while !takeClosing("}") {
      let value = try constant()
      if take(":") {
        pairs.append(PythonLiteral.Pair(key: value, value: try constant()))
      } else {
        values.append(value)
      }
      if !take(",") {
        guard takeClosing("}") else { throw Unreadable() }
        break
      }
    }
    guard values.isEmpty || pairs.isEmpty else { throw Unreadable() }
    return values.isEmpty ? .dictionary(pairs) : .set(values)
  }

  private mutating func number() throws(Unreadable) -> PythonLiteral {
    let start = position
    while position < source.count {
      let byte = source[position]
      let isExponentSign =
        (byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")) && position > start
        && source[position - 1] | 0x20 == UInt8(ascii: "e")
      guard isExponentSign || byte == UInt8(ascii: ".") || Self.isWord(byte, first: false) else {
        break
      }
      position += 1
    }
    guard let value = PythonLiteral(number: source[start..<position]) else { throw Unreadable() }
    return value
  }

  /// Adjacent strings, which Python joins.
  private mutating func texts() throws(Unreadable) -> PythonLiteral {
    var text = ""
    repeat {
      let next = try PythonString(in: source, at: position)
      text += next.text
      position = next.end
      skipBlanks()
    } while position < source.count && [0x22, 0x27].contains(source[position])
    return .text(text)
  }

  // MARK: - Other expressions

  /// Passes over the rest of a statement.
  mutating func skipStatement() throws(Unreadable) {
    position = try PythonExtent.endOfStatement(in: source, from: position)
  }

  /// Passes over one argument of a call without reading what it means: up to the comma or bracket
  /// that ends it.
  ///
  /// - Returns: Its text.
  mutating func argument() throws(Unreadable) -> String {
    let start = position
    position = try PythonExtent.endOfArgument(in: source, from: start)
    return String(decoding: source[start..<position], as: UTF8.self)
  }
}
