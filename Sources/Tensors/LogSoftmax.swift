import CKernels

/// Log-probability of each row's target and entropy of each row, at a temperature.
package struct LogSoftmaxResult {
  /// `log softmax(logits / temperature)[target]`, nats.
  package var logProbs: [Float]
  /// `-Σ p log p` at the temperature, nats.
  package var entropies: [Float]
  var logSums: [Float]
}

/// Scores one target a row.
///
/// - Parameters:
///   - logits: `[rows, vocabulary]`.
///   - targets: One a row.
///   - temperature: Divides the logits; above 0.
/// - Returns: One log-probability and one entropy a row.
package func logSoftmax(
  _ logits: Matrix, targets: [Int32], temperature: Float
) -> LogSoftmaxResult {
  precondition(targets.count == logits.rows && temperature > 0 && logits.columns > 0)
  precondition(targets.allSatisfy { $0 >= 0 && $0 < logits.columns }, "a target is no token")
  var result = LogSoftmaxResult(
    logProbs: Array(repeating: 0, count: logits.rows),
    entropies: Array(repeating: 0, count: logits.rows),
    logSums: Array(repeating: 0, count: logits.rows))
  unsafe result.logProbs.withUnsafeMutableBufferPointer { logProbs in
    unsafe result.entropies.withUnsafeMutableBufferPointer { entropies in
      unsafe result.logSums.withUnsafeMutableBufferPointer { logSums in
        guard let logProbs = logProbs.baseAddress, let entropies = entropies.baseAddress,
          let logSums = logSums.baseAddress
        else { return }
        forRows(logits.rows, columns: logits.columns) { range in
          for row in range {
            unsafe hone_log_softmax(
              logits.base + row * logits.stride, Int32(logits.columns), 1 / temperature,
              targets[row], logProbs + row, entropies + row, logSums + row)
          }
        }
      }
    }
  }
  return result
}

/// Overwrites logits by the gradient of `Σ dLogProbs·logProbs + dEntropies·entropies`.
package func logSoftmaxBackward(
  _ logits: Matrix, targets: [Int32], temperature: Float, result: LogSoftmaxResult,
  dLogProbs: [Float], dEntropies: [Float]
) {
  precondition(
    targets.count == logits.rows && dLogProbs.count == logits.rows
      && dEntropies.count == logits.rows && result.logSums.count == logits.rows)
  precondition(targets.allSatisfy { $0 >= 0 && $0 < logits.columns }, "a target is no token")
  forRows(logits.rows, columns: logits.columns) { range in
    for row in range {
      unsafe hone_log_softmax_backward(
        logits.base + row * logits.stride, Int32(logits.columns), 1 / temperature, targets[row],
        result.logSums[row], result.entropies[row], dLogProbs[row], dEntropies[row])
    }
  }
}

/// The index of the largest value of each row; of equals, the lowest.
package func argmax(_ x: Matrix) -> [Int32] {
  precondition(x.columns > 0)
  return (0..<x.rows).map { unsafe hone_argmax(x.base + $0 * x.stride, Int32(x.columns)) }
}

/// Draws one index a row from `softmax(logits / temperature)`.
///
/// - Parameters:
///   - logits: `[rows, vocabulary]`.
///   - temperature: Divides the logits; above 0.
///   - uniforms: One number in `0..<1` a row, which decides its draw.
/// - Returns: One draw a row.
package func sample(_ logits: Matrix, temperature: Float, uniforms: [Double]) -> LogSoftmaxSample {
  precondition(uniforms.count == logits.rows && temperature > 0 && logits.columns > 0)
  var draws = [LogSoftmaxSample.Draw](repeating: .init(), count: logits.rows)
  unsafe draws.withUnsafeMutableBufferPointer { draws in
    guard let draws = draws.baseAddress else { return }
    forRows(logits.rows, columns: logits.columns) { range in
      for row in range {
        var draw = LogSoftmaxSample.Draw()
        draw.token = unsafe hone_sample(
          logits.base + row * logits.stride, Int32(logits.columns), 1 / temperature, uniforms[row],
          &draw.logProb, &draw.entropy)
        unsafe draws[row] = draw
      }
    }
  }
  return LogSoftmaxSample(draws: draws)
}

/// Sampled tokens with what the policy thought of them.
package struct LogSoftmaxSample {
  /// One row's draw.
  package struct Draw {
    package var token: Int32 = 0
    /// At the sampling temperature, nats; equal to what ``logSoftmax(_:targets:temperature:)`` gives.
    package var logProb: Float = 0
    package var entropy: Float = 0

    package init(token: Int32 = 0, logProb: Float = 0, entropy: Float = 0) {
      (self.token, self.logProb, self.entropy) = (token, logProb, entropy)
    }
  }

  package let draws: [Draw]
}
