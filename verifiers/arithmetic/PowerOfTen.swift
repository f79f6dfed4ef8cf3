/// What multiplies a mantissa that stands before it: `e-3`, or `* 10^{-3}`.
struct PowerOfTen {
  /// Nil where it has too many digits to be of any use.
  let exponent: Int?
  /// The place behind it.
  let end: Int

  /// Reads the power at `start`; nil where none stands there.
  init?(in text: [UInt8], at start: Int) {
    var position = start
    func skipBlanks() {
      while position < text.count, text[position].isBlank { position += 1 }
    }
    func take(_ mark: Unicode.Scalar) -> Bool {
      guard position < text.count, text[position] == UInt8(ascii: mark) else { return false }
      position += 1
      return true
    }
    var isBraced = false
    if !take("e"), !take("E") {
      skipBlanks()
      guard take("*") || take("x") else { return nil }
      skipBlanks()
      guard take("1"), take("0"), take("^") else { return nil }
      isBraced = take("{")
    }
    let isNegative = take("-")
    if !isNegative { _ = take("+") }
    let digits = text[position...].prefix { $0.isDigit }
    position = digits.endIndex
    guard !digits.isEmpty, !isBraced || take("}") else { return nil }
    end = position
    let significant = digits.drop { $0 == UInt8(ascii: "0") }
    guard significant.count <= 9 else {
      exponent = nil
      return
    }
    let size = significant.reduce(0) { $0 * 10 + Int($1 - 48) }
    exponent = isNegative ? -size : size
  }
}
