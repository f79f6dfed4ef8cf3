/// Whether a number stands free, or is part of an expression, a name, a set or an interval.
enum NumberContext {
  /// What stands before a number.
  struct Before {
    /// Where the number starts, its sign and currency included.
    var start: Int
    var isNegative = false
    /// Whether nothing before it takes part in it.
    var isFree = true
    /// Whether a bracket opens right before it, so that a list in it is a set or an interval.
    var isBracket = false
    /// Whether a comma or semicolon stands before it.
    var isListItem = false
    /// Whether Markdown's emphasis opens right before it.
    var isStarred = false
  }

  /// Looks at what stands before the number that starts at `start`.
  static func before(_ start: Int, in text: [UInt8]) -> Before {
    var before = Before(start: start)
    takeCurrency(&before, text)
    takeSign(&before, text)
    if before.start != start { takeCurrency(&before, text) }
    if before.isFree { before.isFree = isFree(before: before.start, in: text) }

    before.isStarred = before.start > 0 && text[before.start - 1] == UInt8(ascii: "*")
    let (byte, _) = visible(before: before.start, in: text)
    if let byte {
      before.isBracket = "([{".utf8.contains(byte)
      before.isListItem = byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";")
    }
    return before
  }

  /// Looks at what stands behind the number that ends at `end`.
  static func isFree(after end: Int, in text: [UInt8], _ before: Before) -> Bool {
    guard var at = unitEnd(end, in: text) else { return false }
    if before.isStarred { at += text[at...].prefix { $0 == UInt8(ascii: "*") }.count }
    guard at < text.count else { return true }
    let byte = text[at]
    switch byte {
    case UInt8(ascii: ")"), UInt8(ascii: "]"): if before.isListItem { return false }
    case UInt8(ascii: ":"):  // 3:45 is a time or a ratio
      if at + 1 < text.count, text[at + 1].isDigit { return false }
    case UInt8(ascii: "<"):
      let next = at + 1 < text.count ? text[at + 1] : 0
      return next == UInt8(ascii: "|") || next == UInt8(ascii: "/")
    case UInt8(ascii: "!"):
      // An exclamation, unless the number stands in a formula: `$5!$`.
      return at + 1 >= text.count || text[at + 1].isSpace
    case UInt8(ascii: "-"):
      if at == end, at + 1 < text.count, text[at + 1].isLetter {  // 18-year-old, but not 5-x
        return !NumberWords.isFactor(text[(at + 1)..<NumberWords.wordEnd(text, at + 1)])
      }
    case UInt8(ascii: "/"):
      guard at + 1 < text.count, text[at + 1].isLetter else { return false }
      return !NumberWords.isFactor(text[(at + 1)..<NumberWords.wordEnd(text, at + 1)])  // 18/hour
    case UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "\\"), UInt8(ascii: "{"),
      UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "&"), UInt8(ascii: "@"):
      if byte == UInt8(ascii: "\\") || at == end { return false }
    case UInt8(ascii: "}"): return false
    case 0x80...: if !isHarmless(scalar(at: at, in: text), isBefore: false) { return false }
    default: break
    }
    return !isOperator(behind: at, in: text)
  }

  // MARK: - Before

  private static func takeCurrency(_ before: inout Before, _ text: [UInt8]) {
    var at = before.start
    if at >= 1, text[at - 1].isBlank, at >= 2, text[at - 2] == UInt8(ascii: "$") { at -= 1 }
    if at >= 1, text[at - 1] == UInt8(ascii: "$") {
      before.start = at - 1
    } else if at >= 2 {
      let (scalar, start) = scalar(before: at, in: text)
      if scalar.properties.generalCategory == .currencySymbol { before.start = start }
    }
  }

  /// A sign that is not the operator of a sum or difference.
  private static func takeSign(_ before: inout Before, _ text: [UInt8]) {
    let (byte, at) = visible(before: before.start, in: text, acrossLines: false)
    guard byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") else { return }
    let isApart = at + 1 < before.start
    let (left, leftAt) = visible(before: at, in: text, acrossLines: false)
    if let left {
      let isAdjacent = leftAt + 1 == at
      let endsOperand = left.isDigit || ")]}%!".utf8.contains(left)
      let isWord = left.isLetter || left >= 0x80
      let isSign = left == UInt8(ascii: "-") || left == UInt8(ascii: "+")
      if endsOperand || isSign || isWord && (isAdjacent || isApart) {
        before.isFree = false
        return
      }
    }
    before.isNegative = byte == UInt8(ascii: "-")
    before.start = at
  }

  private static func isFree(before start: Int, in text: [UInt8]) -> Bool {
    guard start > 0 else { return true }
    let byte = text[start - 1]
    if byte >= 0x80 {
      if !isHarmless(scalar(before: start, in: text).0, isBefore: true) { return false }
    } else if byte.isLetter || byte.isDigit || "_^.\\/)}{!%-+&@".utf8.contains(byte) {
      return false
    }
    if byte == UInt8(ascii: ":"), start >= 2, text[start - 2].isDigit { return false }
    let (last, at) = visible(before: start, in: text, acrossLines: false)
    guard let last else { return true }
    switch last {
    case UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "/"), UInt8(ascii: "+"),
      UInt8(ascii: "-"), UInt8(ascii: "\\"):
      return false
    case UInt8(ascii: "*"): return !isProduct(starAt: at, in: text)
    case UInt8(ascii: "("):
      // `f(3)` is a value of f, `4(2)` a product.
      return at == 0 || !(text[at - 1].isLetter || text[at - 1].isDigit)
    case UInt8(ascii: "<"): return false
    case UInt8(ascii: ">"): return at > 0 && !text[at - 1].isSpace
    case UInt8(ascii: "="): return at == 0 || !"<>!".utf8.contains(text[at - 1])
    default:
      if last >= 0x80 { return isHarmless(scalar(before: at + 1, in: text).0, isBefore: true) }
      return !last.isLetter || !endsWithChanger(at, in: text)
    }
  }

  /// Whether the word that ends at `at` makes another value of the number behind it, as a command
  /// such as `\sqrt` or words such as `minus` and `not` do.
  private static func endsWithChanger(_ at: Int, in text: [UInt8]) -> Bool {
    var first = at
    while first > 0, at - first < 20, text[first - 1].isLetter { first -= 1 }
    return first > 0 && text[first - 1] == UInt8(ascii: "\\")
      || NumberWords.changesNumber(text[first...at])
  }

  /// Whether a star stands between operands rather than in Markdown's `**18**`.
  private static func isProduct(starAt at: Int, in text: [UInt8]) -> Bool {
    var left = at
    while left > 0, text[left - 1] == UInt8(ascii: "*") { left -= 1 }
    let (byte, _) = visible(before: left, in: text, acrossLines: false)
    guard let byte else { return false }
    let isClosing = byte.isDigit || ")]}%".utf8.contains(byte)
    let touches = left > 0 && !text[left - 1].isSpace
    return isClosing || touches && byte.isLetter
  }

  // MARK: - Behind

  /// Where a unit written right behind a number ends; nil where the letters are no unit.
  private static func unitEnd(_ start: Int, in text: [UInt8]) -> Int? {
    var end = NumberWords.wordEnd(text, start)
    guard end > start else { return start }
    guard NumberWords.isUnit(text[start..<end]) else { return nil }
    if end < text.count, text[end] == UInt8(ascii: "^") {
      end += 1
      let isBraced = end < text.count && text[end] == UInt8(ascii: "{")
      if isBraced { end += 1 }
      while end < text.count, text[end].isDigit { end += 1 }
      if isBraced, end < text.count { end += 1 }
    } else if end < text.count, text[end].isDigit || text[end] == UInt8(ascii: "(") {
      return nil
    }
    let (scalar, scalarEnd) = (end < text.count ? self.scalar(at: end, in: text) : " ", end + 2)
    return scalar == "\u{B2}" || scalar == "\u{B3}" ? scalarEnd : end
  }

  /// Whether an operator with an operand, or a factor, follows what ends at `start`.
  private static func isOperator(behind start: Int, in text: [UInt8]) -> Bool {
    var at = start
    while at < text.count, text[at].isBlank || text[at] == UInt8(ascii: "$") { at += 1 }
    guard at < text.count else { return false }
    let byte = text[at]
    switch byte {
    case UInt8(ascii: "+"), UInt8(ascii: "^"), UInt8(ascii: "="), UInt8(ascii: "\\"),
      UInt8(ascii: "/"):
      return true
    case UInt8(ascii: "-"), UInt8(ascii: "*"):
      let isEmphasis = byte == UInt8(ascii: "*") && text[at...].prefix { $0 == byte }.count > 1
      while at < text.count, text[at] == byte || text[at].isBlank { at += 1 }
      guard at < text.count else { return false }
      guard text[at].isLetter else { return text[at].isDigit || "(\\$".utf8.contains(text[at]) }
      // A star before a word multiplies, unless it is one of Markdown's; a dash only before a symbol.
      return byte == UInt8(ascii: "*")
        ? !isEmphasis : NumberWords.isFactor(text[at..<NumberWords.wordEnd(text, at)])
    case 0x80...:
      return at > start && !isHarmless(scalar(at: at, in: text), isBefore: false)
    default:
      guard at > start, byte.isLetter else { return false }
      return NumberWords.isFactor(text[at..<NumberWords.wordEnd(text, at)])
    }
  }

  // MARK: - Neighbours

  /// The last byte before `start` that is no blank, and its place.
  private static func visible(
    before start: Int, in text: [UInt8], acrossLines: Bool = true
  ) -> (UInt8?, Int) {
    var at = start - 1
    while at >= 0, acrossLines ? text[at].isSpace : text[at].isBlank { at -= 1 }
    guard at >= 0, acrossLines || !text[at].isSpace else { return (nil, at) }
    return (text[at], at)
  }

  /// Whether a scalar beyond ASCII leaves its neighbour a number of its own: prose and punctuation
  /// do, mathematics, Greek letters and numerals do not.
  private static func isHarmless(_ scalar: Unicode.Scalar, isBefore: Bool) -> Bool {
    switch scalar.properties.generalCategory {
    case .spaceSeparator, .lineSeparator, .paragraphSeparator, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .dashPunctuation, .otherPunctuation, .currencySymbol,
      .otherSymbol, .format:
      true
    case .otherLetter: true
    case .lowercaseLetter, .uppercaseLetter: !isBefore && !(0x370...0x3FF).contains(scalar.value)
    case .mathSymbol: (0x2190...0x21FF).contains(scalar.value)  // arrows
    default: false
    }
  }

  private static func scalar(at start: Int, in text: [UInt8]) -> Unicode.Scalar {
    var end = start + 1
    while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
    return String(decoding: text[start..<end], as: UTF8.self).unicodeScalars.first ?? "\u{FFFD}"
  }

  private static func scalar(before end: Int, in text: [UInt8]) -> (Unicode.Scalar, start: Int) {
    var start = end - 1
    while start > 0, end - start < 4, text[start] & 0xC0 == 0x80 { start -= 1 }
    let scalar = String(decoding: text[start..<end], as: UTF8.self).unicodeScalars.first
    return (scalar ?? "\u{FFFD}", start)
  }
}
