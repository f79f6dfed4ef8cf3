/// An S-expression of SMT-LIB 2, without what could hide anything in it.
enum SExpression: Equatable {
  /// What an atom is.
  enum Kind: Equatable {
    case symbol, numeral, decimal, bits, string, keyword
  }

  case atom(Kind, String)
  case list([SExpression])

  /// The name, where this is a plain symbol.
  var symbol: String? {
    if case .atom(.symbol, let name) = self { name } else { nil }
  }

  /// The parts, where this is a list.
  var parts: [SExpression]? {
    if case .list(let parts) = self { parts } else { nil }
  }
}

extension SExpression: CustomStringConvertible {
  /// The expression as it is written in a script: nothing but what was read.
  var description: String {
    switch self {
    case .atom(_, let text): text
    case .list(let parts): "(" + parts.map(\.description).joined(separator: " ") + ")"
    }
  }
}

/// Why a text is no S-expression that is read here.
enum SExpressionError: Error, Equatable, CustomStringConvertible {
  case comment
  case quotedSymbol
  case strange(character: String)
  case malformed(atom: String)
  case endlessString
  case longNumber(digits: Int)
  case tooDeep
  case tooMany
  case openParenthesis
  case closedParenthesis

  var description: String {
    switch self {
    case .comment: "there is a comment"
    case .quotedSymbol: "there is a symbol in bars, '|'"
    case .strange(let character): "there is a character '\(character)' that no term has"
    case .malformed(let atom): "'\(atom)' is neither a symbol nor a number"
    case .endlessString: "a string has no end"
    case .longNumber(let digits):
      "a number has \(digits) digits, more than \(SExpressionReader.digitLimit)"
    case .tooDeep: "it is nested deeper than \(SExpressionReader.depthLimit)"
    case .tooMany: "it has more than \(SExpressionReader.atomLimit) parts"
    case .openParenthesis: "a parenthesis is not closed"
    case .closedParenthesis: "a parenthesis is closed that was not opened"
    }
  }
}

/// Reads S-expressions in one pass, without recursion; total: each text is read or refused.
///
/// What is refused beyond the standard: symbols in bars, characters beyond ASCII, long numbers, deep
/// nesting, and, in answers, comments.
struct SExpressionReader {
  static let depthLimit = 200
  static let digitLimit = 400
  static let atomLimit = 20_000

  private let bytes: [UInt8]
  private let allowsComments: Bool
  private var place = 0

  /// The expressions of a text.
  ///
  /// - Throws: ``SExpressionError`` at the first thing that is not read.
  static func expressions(
    in text: String, allowsComments: Bool = false
  ) throws(SExpressionError) -> [SExpression] {
    var reader = SExpressionReader(bytes: Array(text.utf8), allowsComments: allowsComments)
    return try reader.expressions()
  }

  private init(bytes: [UInt8], allowsComments: Bool) {
    (self.bytes, self.allowsComments) = (bytes, allowsComments)
  }

  private mutating func expressions() throws(SExpressionError) -> [SExpression] {
    var outer: [[SExpression]] = []
    var current: [SExpression] = []
    var count = 0
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
        place += 1
        continue
      case UInt8(ascii: ";"):
        guard allowsComments else { throw .comment }
        while place < bytes.count, bytes[place] != UInt8(ascii: "\n") { place += 1 }
        continue
      case UInt8(ascii: "("):
        guard outer.count < Self.depthLimit else { throw .tooDeep }
        outer.append(current)
        current = []
        place += 1
      case UInt8(ascii: ")"):
        guard var around = outer.popLast() else { throw .closedParenthesis }
        around.append(.list(current))
        current = around
        place += 1
        continue
      default: current.append(try atom())
      }
      count += 1
      guard count <= Self.atomLimit else { throw .tooMany }
    }
    guard outer.isEmpty else { throw .openParenthesis }
    return current
  }

  // MARK: - Atoms

  private mutating func atom() throws(SExpressionError) -> SExpression {
    switch bytes[place] {
    case UInt8(ascii: "\""): return try string()
    case UInt8(ascii: "|"): throw .quotedSymbol
    case let byte
    where !Self.isSymbol(byte) && byte != UInt8(ascii: ":") && byte != UInt8(ascii: "#"):
      throw .strange(character: character)
    default: break
    }
    let start = place
    place += 1
    while place < bytes.count, Self.isSymbol(bytes[place]) { place += 1 }
    if place < bytes.count, !Self.endsAtom(bytes[place]) {
      throw bytes[place] == UInt8(ascii: "|") ? .quotedSymbol : .strange(character: character)
    }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    return .atom(try Self.kind(of: bytes[start..<place], text), text)
  }

  private static func kind(
    of bytes: ArraySlice<UInt8>, _ text: String
  ) throws(SExpressionError) -> SExpression.Kind {
    let rest = bytes.dropFirst()
    switch bytes.first {
    case UInt8(ascii: "#")?:
      let digits = rest.dropFirst()
      let isHexadecimal = rest.first == UInt8(ascii: "x")
      guard isHexadecimal || rest.first == UInt8(ascii: "b"), !digits.isEmpty,
        digits.allSatisfy({ isHexadecimal ? isHexadecimalDigit($0) : $0 == 0x30 || $0 == 0x31 })
      else { throw .malformed(atom: text.shown(20)) }
      try checkLength(digits.count)
      return .bits
    case UInt8(ascii: ":")?:
      guard !rest.isEmpty else { throw .malformed(atom: ":") }
      return .keyword
    case let first? where isDigit(first):
      let halves = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      guard halves.count <= 2, halves.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) }),
        halves[0].count == 1 || first != UInt8(ascii: "0")
      else { throw .malformed(atom: text.shown(20)) }
      try checkLength(bytes.count)
      return halves.count == 2 ? .decimal : .numeral
    default: return .symbol
    }
  }

  private static func checkLength(_ digits: Int) throws(SExpressionError) {
    guard digits <= digitLimit else { throw .longNumber(digits: digits) }
  }

  /// A string, with its marks; two marks stand for one in it.
  private mutating func string() throws(SExpressionError) -> SExpression {
    let start = place
    let mark = UInt8(ascii: "\"")
    repeat {
      place += 1
      while place < bytes.count, bytes[place] != mark {
        guard (0x20...0x7E).contains(bytes[place]) else { throw .strange(character: character) }
        place += 1
      }
      guard place < bytes.count else { throw .endlessString }
      place += 1
    } while place < bytes.count && bytes[place] == mark
    guard place == bytes.count || Self.endsAtom(bytes[place]) else {
      throw .strange(character: character)
    }
    return .atom(.string, String(decoding: bytes[start..<place], as: UTF8.self))
  }

  /// The character at the current place, for a reason.
  private var character: String {
    let rest = String(decoding: bytes[place...].prefix(4), as: UTF8.self)
    return rest.unicodeScalars.first.map { String($0).shown() } ?? ""
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isHexadecimalDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x61...0x66).contains(byte | 0x20)
  }

  private static func isSymbol(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x61...0x7A).contains(byte | 0x20) || "~!@$%^&*_-+=<>.?/".utf8.contains(byte)
  }

  private static func endsAtom(_ byte: UInt8) -> Bool { " \n\t\r();".utf8.contains(byte) }
}
