import CKernels

#if canImport(Glibc)
  import Glibc
#endif

func cosine(_ x: Double) -> Double { cos(x) }
func sine(_ x: Double) -> Double { sin(x) }

/// Values of a tile of a flat buffer; sums over tiles are added in order.
private let tileSize = 1 << 18

/// Runs `body` for the tiles of `range`, spread over the pool.
private func forTiles(
  _ range: Range<Int>, function: StaticString = #function, _ body: (Int, Range<Int>) -> Void
) {
  inParallel((range.count + tileSize - 1) / tileSize, function: function) { tile in
    let start = range.lowerBound + tile * tileSize
    body(tile, start..<min(range.upperBound, start + tileSize))
  }
}

extension FloatBuffer {
  /// The sum of the squares of all values, accumulated in double precision.
  package var sumOfSquares: Double {
    var sums = [Double](repeating: 0, count: (count + tileSize - 1) / tileSize)
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      guard let sums = sums.baseAddress else { return }
      forTiles(0..<count) { tile, range in
        unsafe sums[tile] = hone_sum_of_squares(base + range.lowerBound, range.count)
      }
    }
    return sums.reduce(0, +)
  }

  /// Sets all values to zero.
  package func clear() { clear(0..<count) }

  /// Sets the values of `range` to zero.
  package func clear(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count) values")
    forTiles(range) { _, range in
      unsafe (base + range.lowerBound).update(repeating: 0, count: range.count)
    }
  }

  /// Copies all values of `other`, which has as many.
  package func copy(from other: FloatBuffer) {
    precondition(other.count == count, "\(other.count) values into \(count)")
    forTiles(0..<count) { _, range in
      unsafe (base + range.lowerBound).update(
        from: other.base + range.lowerBound, count: range.count)
    }
  }
}

/// One step of AdamW over a range of parameters, in PyTorch's order: decay, moments, step.
///
/// `p ← p(1 - rate·decay) - rate·(m/(1-beta1^t)) / (√(v/(1-beta2^t)) + epsilon)`
///
/// - SeeAlso: Loshchilov and Hutter 2019, algorithm 2.
package struct AdamWStep {
  package var rate: Float
  package var decay: Float
  package var beta1: Float
  package var beta2: Float
  package var epsilon: Float
  /// Counts from 1.
  package var step: Int
  /// Multiplies the gradients first.
  package var gradientScale: Float

  package init(
    rate: Float, decay: Float, beta1: Float, beta2: Float, epsilon: Float, step: Int,
    gradientScale: Float
  ) {
    (self.rate, self.decay, self.beta1, self.beta2) = (rate, decay, beta1, beta2)
    (self.epsilon, self.step, self.gradientScale) = (epsilon, step, gradientScale)
  }

  /// Updates `parameters` and the moments in `range`; the buffers have equal counts.
  package func apply(
    to parameters: FloatBuffer, gradients: FloatBuffer, means: FloatBuffer, squares: FloatBuffer,
    range: Range<Int>
  ) {
    precondition(
      gradients.count == parameters.count && means.count == parameters.count
        && squares.count == parameters.count && range.lowerBound >= 0
        && range.upperBound <= parameters.count && step >= 1)
    let correction1 = Float(1 - pow(Double(beta1), Double(step)))
    let correction2 = Float(1 - pow(Double(beta2), Double(step)))
    forTiles(range) { _, range in
      let at = range.lowerBound
      unsafe hone_adamw(
        parameters.base + at, gradients.base + at, means.base + at, squares.base + at, range.count,
        gradientScale, rate, decay, beta1, beta2, epsilon, correction1, correction2)
    }
  }
}
