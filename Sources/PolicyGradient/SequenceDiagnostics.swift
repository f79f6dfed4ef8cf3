/// What one sequence contributed to a step, as sums that add up over sequences.
package struct SequenceDiagnostics: Codable, Equatable, Sendable {
  /// Weighted loss: policy, KL and entropy terms together.
  package var loss = 0.0
  /// Weighted policy term alone.
  package var policyLoss = 0.0
  /// Tokens counted.
  package var tokens = 0
  /// Tokens held at the lower bound of the ratio.
  package var clippedLow = 0
  /// Tokens held at the upper bound of the ratio.
  package var clippedHigh = 0
  /// Tokens held by the dual clip.
  package var dualClipped = 0
  /// Sum of `oldLogProb - logProb`, in nats: estimates KL(old ‖ new), may be negative.
  package var k1Sum = 0.0
  /// Sum of `ratio - 1 - log(ratio)`, in nats: estimates KL(old ‖ new), never negative.
  package var k3Sum = 0.0
  /// Sum of the chosen estimate of the KL to the reference, in nats.
  package var referenceKLSum = 0.0
  /// Sum of the entropies, in nats.
  package var entropySum = 0.0
  /// Greatest `|logProb - oldLogProb|`, in nats.
  package var largestLogRatio = 0.0

  /// ``largestLogRatio``, and infinity where a log-probability is no number: how far the policy that
  /// sampled is from the one of this pass, in nats.
  package var gap: Double { k1Sum.isNaN ? .infinity : largestLogRatio }

  /// Nothing yet.
  package init() {}

  /// Adds the sums of another sequence, and keeps the greater of the extremes.
  package static func += (left: inout SequenceDiagnostics, right: SequenceDiagnostics) {
    left.loss += right.loss
    left.policyLoss += right.policyLoss
    left.tokens += right.tokens
    left.clippedLow += right.clippedLow
    left.clippedHigh += right.clippedHigh
    left.dualClipped += right.dualClipped
    left.k1Sum += right.k1Sum
    left.k3Sum += right.k3Sum
    left.referenceKLSum += right.referenceKLSum
    left.entropySum += right.entropySum
    left.largestLogRatio = max(left.largestLogRatio, right.largestLogRatio)
  }

  /// Share of tokens that a bound held, in `0...1`; 0 without tokens.
  package var clipFraction: Double { perToken(Double(clippedLow + clippedHigh + dualClipped)) }
  /// Mean of the k1 estimate of KL(old ‖ new), in nats per token.
  package var meanK1: Double { perToken(k1Sum) }
  /// Mean of the k3 estimate of KL(old ‖ new), in nats per token.
  package var meanK3: Double { perToken(k3Sum) }
  /// Mean estimate of the KL to the reference, in nats per token.
  package var meanReferenceKL: Double { perToken(referenceKLSum) }
  /// Mean entropy, in nats per token.
  package var meanEntropy: Double { perToken(entropySum) }

  private func perToken(_ sum: Double) -> Double { tokens == 0 ? 0 : sum / Double(tokens) }
}
