import BigInt
import VerifierKit

/// When two values are equal.
enum Comparison: String, CaseIterable {
  /// Types count: 2 is not 2.0, a list is no tuple, True is not 1; NaN is NaN.
  case exact
  /// As Python's `==` on built-in types: 2 is 2.0 and True is 1, but a list is no tuple; NaN is nothing.
  case python
}

/// How far numbers may lie apart; whichever bound is wider counts.
struct Tolerance: Equatable {
  var absolute = 0.0
  /// Times the larger of the two magnitudes.
  var relative = 0.0

  func allows(_ a: Double, _ b: Double) -> Bool {
    if a == b { return true }
    guard a.isFinite, b.isFinite else { return false }
    return (a - b).magnitude <= max(absolute, relative * max(a.magnitude, b.magnitude))
  }
}

extension TypedValue {
  /// Whether a value is the expected one.
  func matches(_ expected: TypedValue, _ comparison: Comparison, _ tolerance: Tolerance?) -> Bool {
    guard let tolerance else {
      guard let mine = key(comparison), let theirs = expected.key(comparison) else { return false }
      return mine == theirs
    }
    func all(_ pairs: some Sequence<(TypedValue, TypedValue)>) -> Bool {
      pairs.allSatisfy { $0.matches($1, comparison, tolerance) }
    }
    switch (self, expected) {
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
      return a.count == b.count && all(zip(a, b))
    case (.dictionary(let a), .dictionary(let b)):
      guard a.count == b.count else { return false }
      var byKey: [[UInt8]: TypedValue] = [:]
      for (key, value) in a {
        if let key = key.key(comparison) { byKey[key] = value }
      }
      return b.allSatisfy { key, value in
        guard let key = key.key(comparison), let mine = byKey[key] else { return false }
        return mine.matches(value, comparison, tolerance)
      }
    default:
      if let a = number, let b = expected.number, tolerance.allows(a, b) { return true }
      return matches(expected, comparison, nil)
    }
  }

  /// Whether Python's `if` takes the value for true.
  var isTrue: Bool {
    switch self {
    case .none: false
    case .bool(let bool): bool
    case .integer(let digits): digits != "0"
    case .float(let number): number != 0
    case .complex(let real, let imaginary): real != 0 || imaginary != 0
    case .text(let text): !text.isEmpty
    case .codePoints(let points): !points.isEmpty
    case .bytes(let digits): !digits.isEmpty
    case .list(let elements), .tuple(let elements), .set(let elements), .frozenSet(let elements):
      !elements.isEmpty
    case .dictionary(let members): !members.isEmpty
    case .expression: false
    }
  }

  /// An integer or float, as far as a Double holds it.
  private var number: Double? {
    switch self {
    // One that no Double holds would be infinite, and within any tolerance of all such.
    case .integer(let digits):
      digits.contains("x") ? nil : Double(digits).flatMap { $0.isFinite ? $0 : nil }
    case .float(let number): number
    default: nil
    }
  }

  // MARK: - Keys

  /// Bytes that are equal exactly for equal values; nil for what equals nothing, not even itself.
  ///
  /// Bytes and not a String, since Swift takes differently composed characters for equal, and Python
  /// does not.
  func key(_ comparison: Comparison) -> [UInt8]? {
    var key: [UInt8] = []
    return append(to: &key, comparison) ? key : nil
  }

  private func append(to key: inout [UInt8], _ comparison: Comparison) -> Bool {
    func add(_ text: String) { key.append(contentsOf: text.utf8) }
    let isPython = comparison == .python
    switch self {
    case .none: add("N;")
    case .bool(let bool): add((isPython ? "n" : "B") + (bool ? "1;" : "0;"))
    case .integer(let digits): add("n\(digits);")
    case .float(let number):
      if isPython, number.isNaN { return false }
      add(isPython ? Self.pythonKey(number) : "f\(number == 0 ? 0 : number);")
    case .complex(let real, let imaginary):
      if isPython, real.isNaN || imaginary.isNaN { return false }
      if isPython, imaginary == 0 { return TypedValue.float(real).append(to: &key, comparison) }
      add("c\(real == 0 ? 0 : real),\(imaginary == 0 ? 0 : imaginary);")
    case .text(let text): add("s\(text.utf8.count):\(text)")
    case .codePoints(let points): add("u\(points.map(String.init).joined(separator: ","));")
    case .bytes(let digits): add("b\(digits);")
    case .list(let elements): return append(elements, "l", to: &key, comparison)
    case .tuple(let elements): return append(elements, "t", to: &key, comparison)
    case .set(let elements): return appendSorted(elements.map { [$0] }, "S", to: &key, comparison)
    case .frozenSet(let elements):
      return appendSorted(elements.map { [$0] }, isPython ? "S" : "Z", to: &key, comparison)
    case .dictionary(let members):
      return appendSorted(members.map { [$0.key, $0.value] }, "d", to: &key, comparison)
    case .expression: return false
    }
    return true
  }

  private func append(
    _ elements: [TypedValue], _ letter: String, to key: inout [UInt8], _ comparison: Comparison
  ) -> Bool {
    key.append(contentsOf: "\(letter)\(elements.count):".utf8)
    return elements.allSatisfy { $0.append(to: &key, comparison) }
  }

  /// Entries whose order means nothing.
  private func appendSorted(
    _ entries: [[TypedValue]], _ letter: String, to key: inout [UInt8], _ comparison: Comparison
  ) -> Bool {
    var keys: [[UInt8]] = []
    for entry in entries {
      var one: [UInt8] = []
      guard entry.allSatisfy({ $0.append(to: &one, comparison) }) else { return false }
      keys.append(one)
    }
    key.append(contentsOf: "\(letter)\(entries.count):".utf8)
    for one in keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) { key += one }
    return true
  }

  /// A float that is whole has the key of the integer.
  private static func pythonKey(_ number: Double) -> String {
    if let small = Int(exactly: number) { return "n\(small);" }
    if number.isFinite, number == number.rounded() { return "n\(BigInt(number));" }
    return "f\(number);"
  }
}
