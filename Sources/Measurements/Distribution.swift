/// Repeated measurements of one number: the middle one, and how far they lie apart.
package struct Distribution: Codable, Equatable, Sendable {
  package let median: Double
  package let minimum: Double
  package let maximum: Double
  /// How many were measured.
  package let repeats: Int

  /// Sums up `values`, in any order; all zeros for none.
  package init(_ values: [Double]) {
    let sorted = values.sorted()
    (minimum, maximum, repeats) = (sorted.first ?? 0, sorted.last ?? 0, sorted.count)
    let middle = sorted.count / 2
    median =
      if sorted.isEmpty { 0 } else if sorted.count % 2 == 1 {
        sorted[middle]
      } else {
        (sorted[middle - 1] + sorted[middle]) / 2
      }
  }

  /// The first of its values that is no finite number above 0, which no rate and no time is.
  var impossibleValue: (name: String, value: Double)? {
    let values: [(name: String, value: Double)] = [
      ("median", median), ("minimum", minimum), ("maximum", maximum),
    ]
    return values.first { !($0.value > 0 && $0.value.isFinite) }
  }

  /// `(maximum - minimum) / median`; 0 where the median is 0.
  package var spread: Double { median == 0 ? 0 : (maximum - minimum) / median }

  /// Whether some value of one lies within the range of the other.
  package func overlaps(_ other: Distribution) -> Bool {
    minimum <= other.maximum && other.minimum <= maximum
  }
}
