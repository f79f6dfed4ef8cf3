package import Testing

/// How far two float32 results may be apart, named by why.
package enum Tolerance: Sendable {
  /// One operation on each value: a few units in the last place.
  case elementwise
  /// A sum of about `terms` products in another order.
  case accumulated(terms: Int)
  /// Inputs that were rounded to so many bits, and a few operations after that.
  case rounded(bits: Int)

  /// The bound on `|a - b|`, as a share of the largest expected value.
  package var bound: Float {
    switch self {
    case .elementwise: 2e-6
    case .accumulated(let terms): 1e-6 * Float(terms).squareRoot() + 2e-6
    case .rounded(let bits): 4 / Float(1 << bits)
    }
  }
}

/// Expects each value of `actual` to be within `tolerance` of `expected`, and says where it is not.
package func expectClose(
  _ actual: [Float], _ expected: [Float], _ tolerance: Tolerance, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count else {
    Issue.record(
      "\(what): \(actual.count) values, expected \(expected.count)",
      sourceLocation: sourceLocation)
    return
  }
  let scale = max(expected.reduce(0) { max($0, abs($1)) }, 1e-6)
  var worst = (index: 0, error: Float(0))
  for (index, (a, b)) in zip(actual, expected).enumerated() {
    let error = abs(a - b) / scale
    if error > worst.error || error.isNaN { worst = (index, error) }
    if error.isNaN { break }
  }
  if !(worst.error <= tolerance.bound) {
    Issue.record(
      """
      \(what)[\(worst.index)] is \(actual[worst.index]), expected \(expected[worst.index]): \
      off by \(worst.error), allowed \(tolerance.bound)
      """, sourceLocation: sourceLocation)
  }
}
