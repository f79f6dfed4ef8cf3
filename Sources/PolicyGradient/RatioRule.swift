#if canImport(Glibc)
  import Glibc
#endif

/// How the ratio between the policy that is trained and the one that sampled enters the loss.
///
/// The importance ratio of a token is `exp(logProb - oldLogProb)`. On the first update after
/// sampling it is 1, nothing clips, and every rule has the slope of REINFORCE: `-advantage`.
package enum RatioRule: Equatable, Sendable {
  /// `-advantage * logProb`: the ratio is not used (REINFORCE).
  case none
  /// `max(-advantage * ratio, -advantage * clip(ratio))` for each token; where the advantage is
  /// negative, not above `-advantage * dualClip`.
  ///
  /// - SeeAlso: Schulman 2017 (PPO), equation 7; Ye 2019 (dual clip).
  case ppoClip(ClipRange, dualClip: Double?)
  /// `-clip(ratio, low, high) * advantage * logProb`, where the clipped ratio is a constant: no
  /// token loses its slope. The bounds are ratios, not distances from 1.
  ///
  /// - SeeAlso: MiniMax 2025 (CISPO).
  case cispo(low: Double, high: Double)
  /// The rule of PPO with one ratio for the whole sequence.
  case sequence(SequenceRatio, ClipRange, dualClip: Double?)

  /// How the ratios of a sequence's tokens become one.
  package enum SequenceRatio: Equatable, Sendable {
    /// `exp(mean(logProb - oldLogProb))`.
    ///
    /// - SeeAlso: Zheng 2025 (GSPO), equation 7.
    case geometricMean
    /// `exp(sum(logProb - oldLogProb))`, the ratio of the probabilities of the two sequences.
    ///
    /// - SeeAlso: Ahmadian 2024 (RLOO).
    case product
  }

  /// Whether a slope needs the log-probabilities of all tokens of the sequence.
  package var needsWholeSequence: Bool {
    if case .sequence = self { true } else { false }
  }

  /// Beyond this distance (in nats) a token's log-ratio is held, and passes no slope.
  package static let logRatioLimit = 20.0
  /// Above this value (in nats) a sequence's log-ratio is held, and passes no slope.
  package static let sequenceLogRatioLimit = 10.0
}

/// The loss of one token or sequence: its value, its slope, and which bound held it.
struct PolicyTerm: Equatable {
  /// What is minimised, before the aggregation weight.
  var value: Double
  /// The derivative of `value` with respect to the log-probability; to the logarithm of the ratio
  /// for a sequence.
  var slope: Double
  /// The bound that held the ratio.
  var bound: Bound = .none

  enum Bound { case none, low, high, dual }
}

extension RatioRule {
  /// The term of one token.
  ///
  /// - Precondition: the rule is not one for sequences.
  func term(logProb: Double, oldLogProb: Double, advantage: Double) -> PolicyTerm {
    let logRatio = logProb - oldLogProb
    let held = min(max(logRatio, -Self.logRatioLimit), Self.logRatioLimit)
    switch self {
    case .none:
      return PolicyTerm(value: -advantage * logProb, slope: -advantage)
    case .ppoClip(let range, let dualClip):
      var term = clippedTerm(
        ratio: exp(held), advantage: advantage, range: range, dualClip: dualClip)
      if held != logRatio { term.slope = logRatio.isNaN ? .nan : 0 }
      return term
    case .cispo(let low, let high):
      let ratio = exp(held)
      let weight = min(max(ratio, low), high)
      return PolicyTerm(
        value: -weight * advantage * logProb, slope: -weight * advantage,
        bound: ratio < low ? .low : ratio > high ? .high : .none)
    case .sequence:
      preconditionFailure("a sequence ratio has no term for a single token")
    }
  }

  /// The term of a whole sequence, its slope with respect to each token's log-probability.
  ///
  /// - Parameters:
  ///   - kind: How the tokens' ratios become one.
  ///   - logRatios: `logProb - oldLogProb` of every token; not empty.
  ///   - advantage: Of the sequence.
  ///   - range: Where the ratio passes a slope.
  ///   - dualClip: The greatest ratio under a negative advantage.
  /// - Returns: The term, before the aggregation weight.
  static func sequenceTerm(
    _ kind: SequenceRatio, logRatios: [Double], advantage: Double, range: ClipRange,
    dualClip: Double?
  ) -> PolicyTerm {
    let sum = logRatios.reduce(0, +)
    let perToken = kind == .geometricMean ? 1 / Double(logRatios.count) : 1
    let logRatio = sum * perToken
    let held = min(logRatio, Self.sequenceLogRatioLimit)
    var term = clippedTerm(ratio: exp(held), advantage: advantage, range: range, dualClip: dualClip)
    term.slope = held == logRatio ? term.slope * perToken : logRatio.isNaN ? .nan : 0
    return term
  }
}

/// PPO's clipped term with dual clip; the slope is with respect to the logarithm of `ratio`.
///
/// A ratio exactly on a bound keeps its slope.
private func clippedTerm(
  ratio: Double, advantage: Double, range: ClipRange, dualClip: Double?
) -> PolicyTerm {
  if advantage > 0, ratio > range.upperBound {
    return PolicyTerm(value: -advantage * range.upperBound, slope: 0, bound: .high)
  }
  if advantage < 0, ratio < range.lowerBound {
    return PolicyTerm(value: -advantage * range.lowerBound, slope: 0, bound: .low)
  }
  if advantage < 0, let dualClip, ratio > dualClip {
    return PolicyTerm(value: -advantage * dualClip, slope: 0, bound: .dual)
  }
  return PolicyTerm(value: -advantage * ratio, slope: -advantage * ratio)
}
