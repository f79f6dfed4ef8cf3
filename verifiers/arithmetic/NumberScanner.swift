/// Finds the numbers of a plain text (see ``MathText``), one after the other, in linear time.
///
/// Whatever holds a digit is reported: as a number where it stands free, and without a literal where
/// it is part of something else, such as `x2`, `9+1`, `4\sqrt{2}`, `[0,1)` or `١٨`. So a number
/// before it is never taken for the last one.
struct NumberScanner {
  /// A place that holds a digit.
  struct Token {
    /// The number with its sign and what belongs to it.
    let range: Range<Int>
    /// Nil where the place is not a number that stands free.
    let literal: NumberLiteral?
    /// Whether it is a list between commas, whose last element is the literal.
    var isList = false
  }

  let text: [UInt8]
  /// Whether `12,345` is one number; otherwise it is two, of which the last one counts.
  let joinsThousands: Bool
  private var position = 0

  init(_ text: [UInt8], joinsThousands: Bool) {
    (self.text, self.joinsThousands) = (text, joinsThousands)
  }

  /// The next number; nil at the end.
  mutating func next() -> Token? {
    while position < text.count {
      let byte = text[position]
      if byte.isDigit || startsPoint(position) || startsFraction(position) { return token() }
      if byte >= 0x80 {
        let (scalar, end) = scalar(at: position)
        defer { position = end }
        if scalar.isNumber, !isSquare(scalar, at: position) {
          return Token(range: position..<end, literal: nil)
        }
      } else {
        position += 1
      }
    }
    return nil
  }

  private mutating func token() -> Token {
    let start = position
    let before = NumberContext.before(start, in: text)
    var isList = false
    guard
      var literal = startsFraction(start)
        ? fraction() : number(isAfterBracket: before.isBracket, isList: &isList)
    else {
      position = max(position, start + 1)
      return Token(range: before.start..<position, literal: nil)
    }
    literal.isNegative = before.isNegative
    if let end = percentEnd(position) {
      literal.isPercent = true
      position = end
    }
    position = NumberWords.unitPowerEnd(text, position) ?? position
    let isFree =
      before.isFree
      && NumberContext.isFree(after: position, in: text, before)
    return Token(range: before.start..<position, literal: isFree ? literal : nil, isList: isList)
  }

  // MARK: - Forms

  /// A decimal and what may follow: an exponent, a denominator, a fraction, a magnitude.
  private mutating func number(
    isAfterBracket: Bool, isList: inout Bool
  ) -> NumberLiteral? {
    guard let (first, isRunOfMany) = decimalRun() else { return nil }
    isList = isRunOfMany
    if isList { return isAfterBracket ? nil : NumberLiteral(form: .decimal(first)) }
    var decimal = first
    if let power = PowerOfTen(in: text, at: position) {
      decimal.exponent = power.exponent
      position = power.end
      return NumberLiteral(form: .decimal(decimal))
    }
    let end = position
    if let under = denominator() { return NumberLiteral(form: .fraction(decimal, under)) }
    position = end
    if decimal.fraction.isEmpty, let (over, under) = properFraction() {
      return NumberLiteral(form: .mixed(decimal, over, under))
    }
    position = end
    skipBlanks()
    if position > end || position < text.count,
      let (exponent, wordEnd) = NumberWords.magnitude(text, position)
    {
      decimal.exponent = exponent
      position = wordEnd
    } else {
      position = end
    }
    return NumberLiteral(form: .decimal(decimal))
  }

  private mutating func decimalRun() -> (NumberLiteral.Decimal, isList: Bool)? {
    let run = DecimalRun(in: text, at: position, joinsThousands: joinsThousands)
    position = run.end
    return run.decimal.map { ($0, run.isList) }
  }

  private mutating func denominator() -> NumberLiteral.Decimal? {
    skipBlanks()
    guard take("/") else { return nil }
    skipBlanks()
    guard position < text.count, text[position].isDigit, let (under, isList) = decimalRun(), !isList
    else { return nil }
    return under
  }

  /// `1/2` or `\frac{1}{2}` behind a whole number.
  private mutating func properFraction() -> (NumberLiteral.Decimal, NumberLiteral.Decimal)? {
    let start = position
    skipBlanks()
    let parts: (NumberLiteral.Decimal, NumberLiteral.Decimal)
    if startsFraction(position) {
      guard case .fraction(let over, let under)? = fraction()?.form else { return nil }
      parts = (over, under)
    } else {
      guard position > start else { return nil }
      let over = digitRun()
      guard !over.isEmpty, take("/") else { return nil }
      let under = digitRun()
      guard !under.isEmpty else { return nil }
      parts = (
        NumberLiteral.Decimal(whole: Array(over)), NumberLiteral.Decimal(whole: Array(under))
      )
    }
    // Compared as text: a proper fraction of this kind is short.
    guard parts.0.whole.count <= 9, parts.1.whole.count <= 9, parts.0.fraction.isEmpty,
      parts.1.fraction.isEmpty,
      parts.0.whole.reduce(0, { $0 * 10 + Int($1 - 48) })
        < parts.1.whole.reduce(0, { $0 * 10 + Int($1 - 48) })
    else { return nil }
    return parts
  }

  /// `\frac{a}{b}`, `\frac12`, with plain decimals in it.
  private mutating func fraction() -> NumberLiteral? {
    position += 5
    guard let over = fractionPart(), let under = fractionPart() else { return nil }
    return NumberLiteral(form: .fraction(over, under))
  }

  private mutating func fractionPart() -> NumberLiteral.Decimal? {
    skipBlanks()
    guard take("{") else {
      guard position < text.count, text[position].isDigit else { return nil }
      position += 1
      return NumberLiteral.Decimal(whole: [text[position - 1]])
    }
    skipBlanks()
    guard position < text.count, text[position].isDigit || startsPoint(position),
      let (part, isList) = decimalRun(), !isList
    else { return nil }
    skipBlanks()
    return take("}") ? part : nil
  }

  // MARK: - Bytes

  private func startsPoint(_ at: Int) -> Bool {
    text[at] == UInt8(ascii: ".") && at + 1 < text.count && text[at + 1].isDigit
  }

  private func startsFraction(_ at: Int) -> Bool {
    at < text.count && text[at] == UInt8(ascii: "\\") && text[at...].starts(with: "\\frac".utf8)
  }

  /// Behind `28`, where `%`, ` percent` or `$ %` ends.
  private func percentEnd(_ start: Int) -> Int? {
    var at = start
    while at < text.count, text[at].isBlank { at += 1 }
    if at < text.count, text[at] == UInt8(ascii: "$") { at += 1 }
    while at < text.count, text[at].isBlank || text[at] == UInt8(ascii: "}") { at += 1 }
    if at < text.count, text[at] == UInt8(ascii: "$") { at += 1 }
    while at < text.count, text[at].isBlank { at += 1 }
    return NumberWords.percentEnd(text, at)
  }

  private mutating func digitRun() -> ArraySlice<UInt8> {
    let start = position
    while position < text.count, text[position].isDigit { position += 1 }
    return text[start..<position]
  }

  private mutating func skipBlanks() {
    while position < text.count, text[position].isBlank { position += 1 }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard position < text.count, text[position] == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  private func scalar(at start: Int) -> (Unicode.Scalar, end: Int) {
    var end = start + 1
    while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
    let scalar = String(decoding: text[start..<end], as: UTF8.self).unicodeScalars.first
    return (scalar ?? "\u{FFFD}", end)
  }

  /// Whether a scalar is the power of a unit, as in `m²`.
  private func isSquare(_ scalar: Unicode.Scalar, at start: Int) -> Bool {
    (scalar == "\u{B2}" || scalar == "\u{B3}") && start > 0 && text[start - 1].isLetter
  }
}

extension Unicode.Scalar {
  /// Whether the scalar writes a number in some script: a digit, a fraction, a numeral.
  var isNumber: Bool {
    switch properties.generalCategory {
    case .decimalNumber, .otherNumber, .letterNumber: true
    default: false
    }
  }
}
