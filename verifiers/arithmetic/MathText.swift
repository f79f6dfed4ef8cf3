/// Rewrites the ways in which models typeset numbers into plain ASCII, in one linear pass.
///
/// Escapes lose their backslash, spacing and font commands go, `\frac`'s variants become one, signs
/// and operators become ASCII, a thousands mark between digits becomes a comma, and signs of
/// equality become `=`. What is not known stays as it is, so that the scanner can refuse it.
struct MathText {
  private let bytes: [UInt8]
  private var position = 0
  private var output: [UInt8] = []
  /// For each open brace, whether it and its partner are dropped.
  private var droppedBraces: [Bool] = []

  /// The rewritten text.
  static func plain(_ text: ArraySlice<UInt8>) -> [UInt8] {
    guard
      text.contains(where: { $0 >= 0x80 || $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "{") })
    else { return Array(text) }
    var rewriter = MathText(bytes: Array(text))
    rewriter.rewrite()
    return rewriter.output
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
    output.reserveCapacity(bytes.count)
  }

  private mutating func rewrite() {
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\\"): command()
      case UInt8(ascii: "{"): openBrace(dropped: false)
      case UInt8(ascii: "}"): closeBrace()
      case 0x80...: scalar()
      default:
        output.append(byte)
        position += 1
      }
    }
  }

  // MARK: - Braces

  private mutating func openBrace(dropped: Bool) {
    if bytes[position...].starts(with: "{,}".utf8) {
      output.append(UInt8(ascii: ","))
      position += 3
      return
    }
    droppedBraces.append(dropped)
    output.append(dropped ? UInt8(ascii: " ") : UInt8(ascii: "{"))
    position += 1
  }

  private mutating func closeBrace() {
    let isDropped = droppedBraces.popLast() ?? true
    output.append(isDropped ? UInt8(ascii: " ") : UInt8(ascii: "}"))
    position += 1
  }

  // MARK: - Commands

  /// Commands whose argument is text, a unit or a style.
  private static let wrappers: Set<String> = [
    "text", "textbf", "textit", "textrm", "textnormal", "mbox", "mathrm", "mathbf", "mathit",
    "operatorname", "boxed", "fbox",
  ]
  private static let replacements: [String: String] = [
    "dfrac": "\\frac", "tfrac": "\\frac", "cfrac": "\\frac", "frac": "\\frac",
    "left": "", "right": "", "displaystyle": "", "quad": " ", "qquad": " ",
    "cdot": "*", "times": "*", "div": "/", "approx": "=", "equiv": "=", "thickapprox": "=",
    "degree": " ", "circ": " ", "percent": "%", "dollar": "$", "pmod": " pmod",
  ]

  private mutating func command() {
    position += 1
    guard position < bytes.count else { return output.append(UInt8(ascii: "\\")) }
    let start = position
    while position < bytes.count, bytes[position].isLetter { position += 1 }
    if position == start { return escape() }
    let name = String(decoding: bytes[start..<position], as: UTF8.self)
    if Self.wrappers.contains(name) {
      while position < bytes.count, bytes[position].isBlank { position += 1 }
      if position < bytes.count, bytes[position] == UInt8(ascii: "{") {
        return openBrace(dropped: true)
      }
      output.append(UInt8(ascii: " "))
    } else if let plain = Self.replacements[name] {
      if name == "circ" { dropCaret() }
      output.append(contentsOf: plain.utf8)
    } else {
      output.append(UInt8(ascii: "\\"))
      output.append(contentsOf: bytes[start..<position])
    }
  }

  /// A backslash before something that is no letter, at `position`.
  private mutating func escape() {
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "!"):
      // `12,\! 345` is typeset as one number.
      if output.last == UInt8(ascii: ","), position < bytes.count, bytes[position].isBlank {
        position += 1
      }
    case UInt8(ascii: ","): thousandsMark()
    case UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: " "): output.append(UInt8(ascii: " "))
    case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"):
      output.append(UInt8(ascii: "$"))
    case UInt8(ascii: "$"), UInt8(ascii: "%"): output.append(byte)
    case UInt8(ascii: "\\"): output.append(0x0A)
    case UInt8(ascii: "\n"): output.append(0x0A)
    default:
      output.append(UInt8(ascii: "\\"))
      position -= 1
      if bytes[position] == UInt8(ascii: "{") || bytes[position] == UInt8(ascii: "}") {
        output.append(bytes[position])
        position += 1
      }
    }
  }

  /// A thin space: a thousands mark between digits, else a space.
  private mutating func thousandsMark() {
    let isBetweenDigits =
      output.last?.isDigit == true && position < bytes.count && bytes[position].isDigit
    output.append(isBetweenDigits ? UInt8(ascii: ",") : UInt8(ascii: " "))
  }

  /// Takes back the `^` or `^{` before a degree sign.
  private mutating func dropCaret() {
    if output.last == UInt8(ascii: "{"), droppedBraces.last == false {
      output.removeLast()
      droppedBraces[droppedBraces.count - 1] = true
    }
    if output.last == UInt8(ascii: "^") { output.removeLast() }
  }

  // MARK: - Beyond ASCII

  private mutating func scalar() {
    let start = position
    position += 1
    while position < bytes.count, bytes[position] & 0xC0 == 0x80 { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    switch text {
    case "\u{2212}", "\u{2013}", "\u{2010}", "\u{2011}", "\u{FE63}", "\u{FF0D}":
      output.append(UInt8(ascii: "-"))
    case "\u{D7}", "\u{22C5}", "\u{B7}": output.append(UInt8(ascii: "*"))
    case "\u{F7}": output.append(UInt8(ascii: "/"))
    case "\u{2248}", "\u{2261}", "\u{2245}": output.append(UInt8(ascii: "="))
    case "\u{A0}", "\u{2009}", "\u{202F}": thousandsMark()
    case "\u{B0}", "\u{200B}", "\u{FEFF}": output.append(UInt8(ascii: " "))
    default: output.append(contentsOf: bytes[start..<position])
    }
  }
}

// MARK: - Bytes

extension UInt8 {
  var isDigit: Bool { self &- 48 < 10 }
  var isLetter: Bool { (self | 0x20) &- 97 < 26 }
  var isBlank: Bool { self == 0x20 || self == 0x09 }
  var isSpace: Bool { isBlank || self == 0x0A || self == 0x0D }
}
