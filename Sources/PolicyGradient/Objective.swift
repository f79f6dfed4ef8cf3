#if canImport(Glibc)
  import Glibc
#endif

/// The loss of one optimiser step, and its slopes.
///
/// `loss = Σ weight (policy + klCoefficient kl) - entropyCoefficient Σ entropyWeight entropy`, summed
/// over the tokens of all sequences. ``weights(lengths:promptOf:maximumLength:)`` is called once per
/// step, `evaluate` once per sequence, in any order and in any micro-batch. The value of the loss says nothing about
/// progress: on the first update it is near 0.
package struct Objective: Equatable, Sendable {
  package let settings: ObjectiveSettings
  private let rule: RatioRule

  /// An objective with `settings`, which have passed ``ObjectiveSettings/check()``.
  package init(_ settings: ObjectiveSettings) {
    do throws(InvalidObjective) {
      try settings.check()
    } catch {
      preconditionFailure("an objective from unchecked settings: \(error)")
    }
    self.settings = settings
    rule = settings.ratioRule
  }

  /// Whether the slope of a token depends on the other tokens of its sequence, so that all their
  /// log-probabilities must be known before any of them goes backward.
  package var needsWholeSequence: Bool { rule.needsWholeSequence }
  /// Whether log-probabilities of a reference policy are needed.
  package var needsReference: Bool { settings.klCoefficient > 0 }
  /// Whether the entropies enter the loss, and so need a backward pass of their own.
  package var needsEntropySlope: Bool { settings.entropyCoefficient != 0 }

  /// The advantages of a step's groups; `nil` rewards get 0.
  package func advantages(of groups: [[Double?]]) -> [[Double]] {
    settings.advantage.advantages(of: groups, epsilon: settings.standardDeviationEpsilon)
  }

  /// The aggregation weight of every token of each sequence of a step.
  ///
  /// - Parameters:
  ///   - lengths: Scored tokens of each sequence.
  ///   - promptOf: Which prompt each sequence answers; any numbering.
  ///   - maximumLength: Limit of a completion, in tokens, for `constantLength` without a length.
  /// - Returns: One weight per sequence.
  package func weights(lengths: [Int], promptOf: [Int], maximumLength: Int) -> [Double] {
    settings.aggregation.weights(
      lengths: lengths, promptOf: promptOf, length: settings.constantLength ?? maximumLength)
  }

  /// The weight of every token's entropy: the mean over all tokens of the step, whatever the
  /// aggregation of the policy term.
  package func entropyWeight(lengths: [Int]) -> Double {
    let tokens = lengths.reduce(0, +)
    return tokens == 0 ? 0 : 1 / Double(tokens)
  }

  /// ∂loss/∂entropy, the same for every token that has this weight.
  package func entropySlope(entropyWeight: Double) -> Float {
    Float(-settings.entropyCoefficient * entropyWeight)
  }

  /// The loss of one sequence and its slopes, computed in double precision.
  ///
  /// - Parameters:
  ///   - logProbs: Of the policy that is trained, one per scored token, in nats.
  ///   - oldLogProbs: Of the policy that sampled.
  ///   - referenceLogProbs: Of the reference policy; needed where ``needsReference``.
  ///   - entropies: Of the policy that is trained, in nats; may be empty unless they enter the loss.
  ///   - advantage: Of the sequence.
  ///   - weight: From ``weights(lengths:promptOf:maximumLength:)``.
  ///   - entropyWeight: From ``entropyWeight(lengths:)``.
  ///   - slopes: ∂loss/∂logProb, one per token; overwritten. That of every entropy is
  ///     ``entropySlope(entropyWeight:)``.
  /// - Returns: The sums over the sequence.
  package func evaluate(
    logProbs: [Float], oldLogProbs: [Float], referenceLogProbs: [Float]?, entropies: [Float],
    advantage: Double, weight: Double, entropyWeight: Double, slopes: inout [Float]
  ) -> SequenceDiagnostics {
    var doubles: [Double] = []
    let diagnostics = evaluate(
      logProbs: logProbs.map(Double.init), oldLogProbs: oldLogProbs.map(Double.init),
      referenceLogProbs: referenceLogProbs?.map(Double.init),
      entropies: entropies.map(Double.init), advantage: advantage, weight: weight,
      entropyWeight: entropyWeight, slopes: &doubles)
    slopes = doubles.map { Float($0) }
    return diagnostics
  }

  /// The loss of one sequence and its slopes, from values in double precision.
  package func evaluate(
    logProbs: [Double], oldLogProbs: [Double], referenceLogProbs: [Double]?, entropies: [Double],
    advantage: Double, weight: Double, entropyWeight: Double, slopes: inout [Double]
  ) -> SequenceDiagnostics {
    let count = logProbs.count
    precondition(oldLogProbs.count == count, "\(count) logProbs, \(oldLogProbs.count) old ones")
    precondition(
      entropies.count == count || (entropies.isEmpty && !needsEntropySlope),
      "\(count) logProbs, \(entropies.count) entropies")
    slopes = [Double](repeating: 0, count: count)
    var result = SequenceDiagnostics()
    result.tokens = count
    addPolicyTerms(
      logProbs, oldLogProbs, advantage: advantage, weight: weight, to: &slopes, &result)
    result.loss = result.policyLoss
    if needsReference {
      guard let referenceLogProbs, referenceLogProbs.count == count else {
        preconditionFailure(
          "a KL of weight \(settings.klCoefficient) needs \(count) reference logProbs, "
            + "got \(referenceLogProbs?.count ?? 0)")
      }
      for index in 0..<count {
        let (value, slope) = settings.klEstimator(
          logProb: logProbs[index], oldLogProb: oldLogProbs[index],
          referenceLogProb: referenceLogProbs[index])
        slopes[index] += weight * settings.klCoefficient * slope
        result.loss += weight * settings.klCoefficient * value
        result.referenceKLSum += value
      }
    }
    result.entropySum = entropies.reduce(0, +)
    result.loss -= settings.entropyCoefficient * entropyWeight * result.entropySum
    return result
  }

  /// Adds the policy terms of a sequence to its slopes, its loss and its diagnostics.
  private func addPolicyTerms(
    _ logProbs: [Double], _ oldLogProbs: [Double], advantage: Double, weight: Double,
    to slopes: inout [Double], _ result: inout SequenceDiagnostics
  ) {
    guard !logProbs.isEmpty else { return }
    let logRatios = zip(logProbs, oldLogProbs).map { $0 - $1 }
    for logRatio in logRatios {
      let held = min(max(logRatio, -RatioRule.logRatioLimit), RatioRule.logRatioLimit)
      result.k1Sum -= logRatio
      result.k3Sum += expm1(held) - held
      result.largestLogRatio = max(result.largestLogRatio, abs(logRatio))
    }
    if case .sequence(let kind, let range, let dualClip) = rule {
      let term = RatioRule.sequenceTerm(
        kind, logRatios: logRatios, advantage: advantage, range: range, dualClip: dualClip)
      // Every token carries the sequence's term once, so their weights sum up before its slope.
      let sequenceWeight = weight * Double(logProbs.count)
      for index in slopes.indices { slopes[index] += sequenceWeight * term.slope }
      result.policyLoss += sequenceWeight * term.value
      count(term.bound, tokens: logProbs.count, in: &result)
      return
    }
    for index in logProbs.indices {
      let term = rule.term(
        logProb: logProbs[index], oldLogProb: oldLogProbs[index], advantage: advantage)
      slopes[index] += weight * term.slope
      result.policyLoss += weight * term.value
      count(term.bound, tokens: 1, in: &result)
    }
  }

  private func count(
    _ bound: PolicyTerm.Bound, tokens: Int, in result: inout SequenceDiagnostics
  ) {
    switch bound {
    case .none: break
    case .low: result.clippedLow += tokens
    case .high: result.clippedHigh += tokens
    case .dual: result.dualClipped += tokens
    }
  }
}
