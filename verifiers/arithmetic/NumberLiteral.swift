import BigInt

/// A number as it is written: nothing is computed until it is asked for.
struct NumberLiteral {
  /// Digits with a point and a power of ten.
  struct Decimal {
    var whole: [UInt8]
    var fraction: [UInt8] = []
    /// Nil where it has too many digits to be read.
    var exponent: Int? = 0

    /// The value; nil beyond ``Rational/magnitudeLimit``.
    var value: Rational? {
      Rational(whole: whole[...], fraction: fraction[...], exponent: exponent)
    }
  }

  enum Form {
    case decimal(Decimal)
    case fraction(Decimal, Decimal)
    /// A whole number and a proper fraction, as in `1 1/2`.
    case mixed(Decimal, Decimal, Decimal)
  }

  /// Why a literal has no value.
  enum Refusal: Error, Equatable {
    case tooLarge
    case divisionByZero
  }

  var form: Form
  var isNegative = false
  var isPercent = false

  /// The exact value, percent signs left aside.
  func value() throws(Refusal) -> Rational {
    let magnitude: Rational
    switch form {
    case .decimal(let decimal): magnitude = try Self.value(decimal)
    case .fraction(let over, let under): magnitude = try Self.quotient(over, under)
    case .mixed(let whole, let over, let under):
      magnitude = try Self.value(whole) + (try Self.quotient(over, under))
    }
    return isNegative ? -magnitude : magnitude
  }

  private static func value(_ decimal: Decimal) throws(Refusal) -> Rational {
    guard let value = decimal.value else { throw .tooLarge }
    return value
  }

  private static func quotient(_ over: Decimal, _ under: Decimal) throws(Refusal) -> Rational {
    guard let value = try value(over) / (try value(under)) else { throw .divisionByZero }
    return value
  }
}

/// A value with the percent sign that it was written with.
struct Quantity {
  let value: Rational
  let isPercent: Bool

  /// A text that is the same for equal values, such as `27`, `-1/3` or `28%`.
  var name: String { value.lowestTerms + (isPercent ? "%" : "") }

  /// Whether a candidate means this reference: with one percent sign between them, `28%` is 28 of
  /// the hundred or the number 0.28, as the question may ask for either.
  func isMeant(by candidate: Quantity) -> Bool {
    if value == candidate.value { return true }
    let hundred = Rational(100)
    if isPercent, !candidate.isPercent { return value == candidate.value * hundred }
    if candidate.isPercent, !isPercent { return value * hundred == candidate.value }
    return false
  }
}
