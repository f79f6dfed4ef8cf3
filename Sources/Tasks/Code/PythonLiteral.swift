import VerifierKit

/// A value that Python source can write without calling anything.
indirect enum PythonLiteral: Equatable {
  case none
  case bool(Bool)
  case integer(Int)
  /// An integer beyond 64 bits, in decimal digits.
  case longInteger(String)
  case float(Double)
  case text(String)
  case list([PythonLiteral])
  case tuple([PythonLiteral])
  case set([PythonLiteral])
  case dictionary([Pair])

  struct Pair: Equatable {
    let key: PythonLiteral
    let value: PythonLiteral
  }

  /// Reads a decimal number as source writes it; nil for other bases, and what is no number.
  init?(number source: ArraySlice<UInt8>) {
    let digits = source.filter { $0 != UInt8(ascii: "_") }
    let text = String(decoding: digits, as: UTF8.self)
    if digits.allSatisfy({ (0x30...0x39).contains($0) }) {
      if digits.count > 1, digits.first == 0x30 { return nil }
      self = Int(text).map(PythonLiteral.integer) ?? .longInteger(text)
      return
    }
    guard digits.allSatisfy({ (0x30...0x39).contains($0) || ".eE+-".utf8.contains($0) }) else {
      return nil
    }
    let padded = (text.hasPrefix(".") ? "0" : "") + text.replacing(".e", with: ".0e")
    guard let value = Double(padded.hasSuffix(".") ? padded + "0" : padded), value.isFinite else {
      return nil
    }
    self = .float(value)
  }

  /// The value in the tagged form of the code runner.
  var tagged: JSONValue {
    switch self {
    case .none: .null
    case .bool(let bool): .bool(bool)
    case .integer(let number): .object(["i": .string(String(number))])
    case .longInteger(let digits): .object(["i": .string(digits)])
    case .float(let number):
      .object(["f": .string(number.isInfinite ? (number < 0 ? "-inf" : "inf") : "\(number)")])
    case .text(let text): .string(text)
    case .list(let elements): .array(elements.map(\.tagged))
    case .tuple(let elements): .object(["t": .array(elements.map(\.tagged))])
    case .set(let elements): .object(["s": .array(elements.map(\.tagged))])
    case .dictionary(let pairs):
      .object(["d": .array(pairs.map { .array([$0.key.tagged, $0.value.tagged]) })])
    }
  }

  // MARK: - Arithmetic of constants, as tests write it

  /// The value of `a operator b`; nil where Python would raise, or the result is not exact here.
  static func applying(_ sign: String, _ a: PythonLiteral, _ b: PythonLiteral) -> PythonLiteral? {
    switch (sign, a, b) {
    case ("+", .text(let a), .text(let b)): return .text(a + b)
    case ("+", .list(let a), .list(let b)): return .list(a + b)
    case ("+", .tuple(let a), .tuple(let b)): return .tuple(a + b)
    case (_, .integer(let a), .integer(let b)): return integer(sign, a, b)
    default:
      guard let a = a.number, let b = b.number else { return nil }
      return float(sign, a, b)
    }
  }

  private static func integer(_ sign: String, _ a: Int, _ b: Int) -> PythonLiteral? {
    let (value, overflows): (Int, Bool)
    switch sign {
    case "+": (value, overflows) = a.addingReportingOverflow(b)
    case "-": (value, overflows) = a.subtractingReportingOverflow(b)
    case "*": (value, overflows) = a.multipliedReportingOverflow(by: b)
    case "/": return b == 0 ? nil : .float(Double(a) / Double(b))
    case "**":
      guard (0...64).contains(b) else { return nil }
      var power = PythonLiteral.integer(1)
      for _ in 0..<b {
        guard let next = applying("*", power, .integer(a)) else { return nil }
        power = next
      }
      return power
    default: return nil
    }
    return overflows ? nil : .integer(value)
  }

  private static func float(_ sign: String, _ a: Double, _ b: Double) -> PythonLiteral? {
    switch sign {
    case "+": .float(a + b)
    case "-": .float(a - b)
    case "*": .float(a * b)
    case "/": b == 0 ? nil : .float(a / b)
    default: nil
    }
  }

  /// The value with its sign turned.
  var negated: PythonLiteral? {
    switch self {
    case .integer(let number): number == .min ? nil : .integer(-number)
    case .longInteger(let digits):
      .longInteger(digits.hasPrefix("-") ? String(digits.dropFirst()) : "-\(digits)")
    case .float(let number): .float(-number)
    default: nil
    }
  }

  private var number: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .float(let number): number
    default: nil
    }
  }
}
