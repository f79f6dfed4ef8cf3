import BigInt
import VerifierKit

/// The largest value that a cell sends back; an expected value beyond it could never be met.
///
/// `python_host.py` holds programs to the same numbers.
enum ReturnLimits {
  /// Containers in one another.
  static let depth = 32
  /// Values in one value, keys and itself included.
  static let count = 100_000
  /// Numbers of at least so many bits are sent in hexadecimal digits.
  static let decimalBits = 13_000
  /// Digits of an integer that a task may hold, hexadecimal ones.
  static let digits = 100_000

  /// Whether a cell can send back the value.
  static func hold(_ value: TypedValue) -> Bool {
    var left = count
    func holds(_ value: TypedValue, at depth: Int) -> Bool {
      left -= 1
      guard depth <= Self.depth, left >= 0 else { return false }
      return value.children.allSatisfy { holds($0, at: depth + 1) }
    }
    return holds(value, at: 0)
  }

  /// The form in which a cell sends the integer that a task writes as `digits`.
  ///
  /// - Parameter digits: Decimal ones, or hexadecimal ones after `0x`, with a sign where negative.
  /// - Returns: The same number; hexadecimal from ``decimalBits`` bits on.
  static func sentForm(_ digits: String) -> String {
    let body = digits.drop { $0 == "-" }
    let isHexadecimal = body.hasPrefix("0x")
    // 3,900 decimal digits are less than 2^13000.
    guard isHexadecimal || body.utf8.count > 3900 else { return digits }
    guard
      let magnitude = isHexadecimal
        ? BigUInt(body.dropFirst(2), radix: 16) : BigUInt(body, radix: 10)
    else { return digits }
    let text =
      magnitude.bitWidth < decimalBits ? "\(magnitude)" : "0x" + String(magnitude, radix: 16)
    return digits.hasPrefix("-") && magnitude != 0 ? "-" + text : text
  }
}

extension TypedValue {
  /// The values that it holds directly, keys included.
  fileprivate var children: [TypedValue] {
    switch self {
    case .list(let elements), .tuple(let elements), .set(let elements), .frozenSet(let elements):
      elements
    case .dictionary(let members): members.flatMap { [$0.key, $0.value] }
    case .none, .bool, .integer, .float, .complex, .text, .codePoints, .bytes, .expression: []
    }
  }
}
