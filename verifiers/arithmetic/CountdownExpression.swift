import BigInt

/// An expression of the Countdown game: given whole numbers, `+ - * /` and parentheses.
///
/// Its own grammar, so nothing is evaluated but these: no signs, powers, floor divisions, decimals,
/// comments or digits of other scripts. `3-5--2` is therefore refused: a minus is an operator
/// between two operands here, since a sign would make numbers that were not given.
struct CountdownExpression {
  /// Bytes and parentheses inside each other, at most; no solution needs as many.
  static let byteLimit = 4096
  static let depthLimit = 64

  /// An expression that breaks the rules, and which.
  struct Refusal: Error {
    let reason: String
  }

  /// The exact value.
  let value: Rational
  /// The numbers in it, in order.
  let numbers: [BigInt]

  /// Reads and computes an expression.
  ///
  /// - Parameters:
  ///   - text: The expression alone.
  ///   - limit: How many numbers it may hold.
  /// - Throws: ``Refusal`` where it breaks the rules.
  init(_ text: ArraySlice<UInt8>, limit: Int) throws(Refusal) {
    guard text.count <= Self.byteLimit else {
      throw Refusal(reason: "the expression is longer than \(Self.byteLimit) bytes")
    }
    var parser = Parser(text: text, limit: limit)
    let value = try parser.sum(depth: 0)
    parser.skipSpaces()
    guard parser.text.isEmpty else { throw parser.unexpected() }
    (self.value, numbers) = (value, parser.numbers)
  }

  private struct Parser {
    var text: ArraySlice<UInt8>
    let limit: Int
    var numbers: [BigInt] = []

    mutating func sum(depth: Int) throws(Refusal) -> Rational {
      var value = try product(depth: depth)
      while true {
        skipSpaces()
        if take("+") {
          value = value + (try product(depth: depth))
        } else if take("-") {
          value = value - (try product(depth: depth))
        } else {
          return value
        }
      }
    }

    private mutating func product(depth: Int) throws(Refusal) -> Rational {
      var value = try operand(depth: depth)
      while true {
        skipSpaces()
        if take("*") {
          value = value * (try operand(depth: depth))
        } else if take("/") {
          guard let quotient = value / (try operand(depth: depth)) else {
            throw Refusal(reason: "the expression divides by zero")
          }
          value = quotient
        } else {
          return value
        }
      }
    }

    private mutating func operand(depth: Int) throws(Refusal) -> Rational {
      skipSpaces()
      if take("(") {
        guard depth < CountdownExpression.depthLimit else {
          throw Refusal(reason: "more than \(CountdownExpression.depthLimit) parentheses are open")
        }
        let value = try sum(depth: depth + 1)
        skipSpaces()
        guard take(")") else { throw unexpected() }
        return value
      }
      let digits = text.prefix { $0.isDigit }
      guard let first = digits.first else { throw unexpected() }
      guard digits.count == 1 || first != UInt8(ascii: "0"), digits.count <= 18 else {
        throw Refusal(reason: "a number starts with zero or has more than 18 digits")
      }
      guard numbers.count < limit else {
        throw Refusal(reason: "the expression holds more than \(limit) numbers")
      }
      text = text.dropFirst(digits.count)
      let number = Rational.integer(digits)
      numbers.append(number)
      return Rational(number)
    }

    mutating func skipSpaces() { text = text.drop { $0.isSpace } }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
      guard text.first == UInt8(ascii: scalar) else { return false }
      text = text.dropFirst()
      return true
    }

    func unexpected() -> Refusal {
      guard let byte = text.first else { return Refusal(reason: "the expression is cut off") }
      let shown =
        (0x21..<0x7F).contains(byte) ? "'\(Character(Unicode.Scalar(byte)))'" : "a character"
      return Refusal(
        reason: "\(shown) stands where only given numbers, + - * / and parentheses may")
    }
  }
}
