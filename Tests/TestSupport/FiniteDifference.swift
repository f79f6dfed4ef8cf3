package import Testing

/// How a gradient is measured by central differences of a loss that float32 kernels compute.
///
/// With a loss known to about `1e-6` of its size, a step `h` costs `1e-6 / h` by rounding and
/// `h² / 6` times the third derivative by the curve. At `h = 2⁻⁶` both stay near `1e-4`, so that a
/// hundredth of the largest slope is far above the error, and far below what a forgotten term costs.
package struct DifferenceQuotient: Sendable {
  /// Distance from the point to either side.
  package var step: Float
  /// Largest error, as a share of the largest slope.
  package var tolerance: Double

  package init(step: Float = 0x1p-6, tolerance: Double = 0.01) {
    (self.step, self.tolerance) = (step, tolerance)
  }
}

/// Expects `gradient` to be the slope of `loss` at `point`, measured by central differences.
///
/// - Parameters:
///   - gradient: One slope a coordinate.
///   - loss: The function, of as many coordinates.
///   - point: Where, away from kinks.
///   - quotient: How slopes are measured.
///   - scale: What errors are compared with at least; the largest slope of a wider set.
///   - what: What a failure calls the gradient.
///   - sourceLocation: Where a failure is shown.
package func expectGradient(
  _ gradient: [Float], of loss: ([Float]) -> Double, at point: [Float],
  by quotient: DifferenceQuotient = DifferenceQuotient(), scale: Double = 0, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard gradient.count == point.count else {
    Issue.record(
      "\(what): \(gradient.count) slopes at a point of \(point.count) coordinates",
      sourceLocation: sourceLocation)
    return
  }
  var measured: [Double] = []
  var moved = point
  for index in point.indices {
    let (up, down) = (point[index] + quotient.step, point[index] - quotient.step)
    moved[index] = up
    let above = loss(moved)
    moved[index] = down
    let below = loss(moved)
    moved[index] = point[index]
    measured.append((above - below) / Double(up - down))
  }
  let largest = max(measured.reduce(0) { max($0, abs($1)) }, scale)
  guard largest > 0 else {
    Issue.record(
      "\(what): the loss is flat, so nothing is measured", sourceLocation: sourceLocation)
    return
  }
  for (index, (slope, difference)) in zip(gradient, measured).enumerated() {
    let error = abs(Double(slope) - difference) / largest
    if !(error <= quotient.tolerance) {
      Issue.record(
        """
        \(what)[\(index)]: the gradient is \(slope), the difference quotient \(difference); off by \
        \(error) of the largest slope, allowed \(quotient.tolerance)
        """, sourceLocation: sourceLocation)
      return
    }
  }
}
