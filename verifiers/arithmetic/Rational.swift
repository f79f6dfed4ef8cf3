import BigInt

/// An exact fraction of any size.
struct Rational: Equatable {
  let numerator: BigInt
  /// Above zero; the fraction need not be in lowest terms.
  let denominator: BigInt

  /// A whole number.
  init(_ whole: BigInt) { (numerator, denominator) = (whole, 1) }

  /// `numerator / denominator`, which must not be zero.
  init(_ numerator: BigInt, over denominator: BigInt) {
    precondition(!denominator.isZero, "\(numerator)/0")
    self.numerator = denominator.sign == .minus ? -numerator : numerator
    self.denominator = BigInt(denominator.magnitude)
  }

  var isZero: Bool { numerator.isZero }

  /// `numerator/denominator` in lowest terms, or the whole number.
  var lowestTerms: String {
    // The common case, without a division of big numbers.
    if denominator == 1, let small = Int(exactly: numerator) { return "\(small)" }
    let divisor = numerator.greatestCommonDivisor(with: denominator)
    let (above, below) = (numerator / divisor, denominator / divisor)
    return below == 1 ? "\(above)" : "\(above)/\(below)"
  }

  static func == (a: Rational, b: Rational) -> Bool {
    a.denominator == b.denominator
      ? a.numerator == b.numerator
      : a.numerator * b.denominator == b.numerator * a.denominator
  }

  static prefix func - (a: Rational) -> Rational { Rational(-a.numerator, over: a.denominator) }

  static func + (a: Rational, b: Rational) -> Rational {
    Rational(
      a.numerator * b.denominator + b.numerator * a.denominator,
      over: a.denominator * b.denominator)
  }

  static func - (a: Rational, b: Rational) -> Rational { a + -b }

  static func * (a: Rational, b: Rational) -> Rational {
    Rational(a.numerator * b.numerator, over: a.denominator * b.denominator)
  }

  /// The quotient; nil where `b` is zero.
  static func / (a: Rational, b: Rational) -> Rational? {
    b.isZero ? nil : Rational(a.numerator * b.denominator, over: a.denominator * b.numerator)
  }
}

// MARK: - Decimals

extension Rational {
  /// Digits and powers of ten beyond which no number is computed, so that a short text such as
  /// `1e999999999` costs nothing.
  static let magnitudeLimit = 1000

  /// The digits `whole.fraction` times `10^exponent`; nil where that needs more digits than
  /// ``magnitudeLimit``.
  ///
  /// - Parameters:
  ///   - whole: ASCII digits before the point; may be empty where `fraction` is not.
  ///   - fraction: ASCII digits after the point.
  ///   - exponent: Power of ten; nil where it was too long to read.
  init?(whole: ArraySlice<UInt8>, fraction: ArraySlice<UInt8>, exponent: Int?) {
    let zero = UInt8(ascii: "0")
    let head = whole.drop { $0 == zero }
    let tail = fraction.prefix(
      1 + (fraction.lastIndex { $0 != zero } ?? fraction.startIndex - 1) - fraction.startIndex)
    if head.isEmpty, tail.isEmpty {
      self.init(0)
      return
    }
    guard let exponent, exponent.magnitude <= Self.magnitudeLimit,
      head.count + tail.count <= Self.magnitudeLimit
    else { return nil }
    let digits = Self.integer(head + tail)
    let power = exponent - tail.count
    if power >= 0 {
      self.init(digits * BigInt(10).power(power))
    } else {
      self.init(digits, over: BigInt(10).power(-power))
    }
  }

  /// The number that ASCII digits write; their count is bounded by the caller.
  static func integer(_ digits: ArraySlice<UInt8>) -> BigInt {
    if digits.count <= 18 {
      return BigInt(digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) })
    }
    return BigInt(String(decoding: digits, as: UTF8.self)) ?? 0
  }
}
