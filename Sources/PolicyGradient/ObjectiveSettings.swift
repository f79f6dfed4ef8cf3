/// The choices that make an objective: advantage, ratio, aggregation, KL and entropy.
///
/// The defaults are those of no paper: centred advantages, a clip that leaves room upwards, and no
/// regularisation. With one update per round they amount to REINFORCE with a baseline.
package struct ObjectiveSettings: Codable, Equatable, Sendable {
  /// The named recipe that fills what is not written beside it.
  package var preset: ObjectivePreset?
  /// How a reward becomes an advantage.
  package var advantage = AdvantageEstimator.centered
  /// Added to a deviation before an advantage is divided by it.
  package var standardDeviationEpsilon = 1e-4
  /// Which importance ratio the loss uses.
  package var ratio = Ratio.token
  /// How far the ratio may fall below 1.
  package var clipLow = 0.2
  /// How far the ratio may rise above 1.
  package var clipHigh = 0.28
  /// The greatest ratio of a token with a negative advantage, above 1; `nil` for no bound.
  package var dualClip: Double? = 3
  /// How the losses of tokens become one number.
  package var aggregation = LossAggregation.tokenMean
  /// The length of `constantLength`, in tokens; `nil` for the limit of a completion.
  package var constantLength: Int?
  /// Weight of the KL to the reference policy; 0 needs no reference.
  package var klCoefficient = 0.0
  /// How that KL is estimated.
  package var klEstimator = KLEstimator.k3
  /// Weight of the entropy bonus, averaged over all tokens of a step.
  package var entropyCoefficient = 0.0

  /// The importance ratio of a loss.
  package enum Ratio: String, Codable, CaseIterable, Sendable {
    /// Not used: REINFORCE.
    case none
    /// Of each token, clipped as in PPO.
    case token
    /// Of each token, clipped and held constant as in CISPO.
    case constantToken
    /// The geometric mean over the sequence, clipped as in GSPO.
    case sequenceMean
    /// The product over the sequence, clipped as in RLOO.
    case sequenceProduct
  }

  /// All defaults.
  package init() {}

  /// The ratio with its bounds.
  package var ratioRule: RatioRule {
    let range = ClipRange(low: clipLow, high: clipHigh)
    switch ratio {
    case .none: return .none
    case .token: return .ppoClip(range, dualClip: dualClip)
    case .constantToken: return .cispo(low: range.lowerBound, high: range.upperBound)
    case .sequenceMean: return .sequence(.geometricMean, range, dualClip: dualClip)
    case .sequenceProduct: return .sequence(.product, range, dualClip: dualClip)
    }
  }
}

// MARK: - Rules

/// A setting of an objective that breaks a rule, or that needs what is absent.
package struct InvalidObjective: Error, Equatable, CustomStringConvertible {
  /// Name of the setting.
  package let key: String
  package let value: String
  /// What the value must be, as a sentence's end.
  package let rule: String

  package init(key: String, value: String, rule: String) {
    self.key = key
    self.value = value
    self.rule = rule
  }

  package var description: String { "'objective.\(key)' is \(value), but \(rule)." }
}

extension ObjectiveSettings {
  /// Refuses values and combinations that no run could use.
  package func check() throws(InvalidObjective) {
    try require(standardDeviationEpsilon, "standardDeviationEpsilon", atLeast: 0)
    try require(clipLow, "clipLow", atLeast: 0)
    try require(clipHigh, "clipHigh", atLeast: 0)
    try require(klCoefficient, "klCoefficient", atLeast: 0)
    guard entropyCoefficient.isFinite else {
      throw InvalidObjective(
        key: "entropyCoefficient", value: "\(entropyCoefficient)", rule: "it must be finite")
    }
    guard clipLow <= 1 else {
      throw InvalidObjective(
        key: "clipLow", value: "\(clipLow)",
        rule: "a ratio cannot fall below 0, so it must be at most 1")
    }
    if let dualClip {
      guard dualClip.isFinite, dualClip > 1 else {
        throw InvalidObjective(
          key: "dualClip", value: "\(dualClip)",
          rule: "it bounds a ratio from above, so it must be greater than 1 (or null for no bound)")
      }
    }
    if let constantLength {
      guard constantLength > 0 else {
        throw InvalidObjective(
          key: "constantLength", value: "\(constantLength)",
          rule: "it must be a number of tokens above 0")
      }
      guard aggregation == .constantLength else {
        throw InvalidObjective(
          key: "constantLength", value: "\(constantLength)",
          rule: "aggregation '\(aggregation.rawValue)' does not use it; "
            + "set 'aggregation: constantLength' or leave it out")
      }
    }
    guard !ratioRule.needsWholeSequence || aggregation == .sequenceMean else {
      throw InvalidObjective(
        key: "aggregation", value: "'\(aggregation.rawValue)'",
        rule: "ratio '\(ratio.rawValue)' gives each sequence one loss, which 'sequenceMean' counts "
          + "once and every other aggregation by its length")
    }
  }

  /// Refuses an objective that needs what a run does not have.
  ///
  /// - Parameters:
  ///   - groupSize: Completions per problem.
  ///   - hasReference: Whether the run keeps a reference policy.
  ///   - maximumLength: Limit of a completion, in tokens, where there is one.
  /// - Throws: ``InvalidObjective`` that names the setting and what is missing.
  package func check(
    groupSize: Int, hasReference: Bool, maximumLength: Int?
  ) throws(InvalidObjective) {
    try check()
    guard groupSize >= 2 else {
      throw InvalidObjective(
        key: "advantage", value: "'\(advantage.rawValue)'",
        rule: "it compares the completions of a problem, and a group size of \(groupSize) leaves "
          + "nothing to compare; sample at least 2")
    }
    guard klCoefficient == 0 || hasReference else {
      throw InvalidObjective(
        key: "klCoefficient", value: "\(klCoefficient)",
        rule: "there is no reference policy to measure the KL from; name one or set it to 0")
    }
    guard aggregation != .constantLength || (constantLength ?? maximumLength ?? 0) > 0 else {
      throw InvalidObjective(
        key: "aggregation", value: "'constantLength'",
        rule: "there is no length to divide by; set 'constantLength' to a number of tokens")
    }
  }

  private func require(
    _ value: Double, _ key: String, atLeast least: Double
  ) throws(InvalidObjective) {
    guard value.isFinite, value >= least else {
      throw InvalidObjective(
        key: key, value: "\(value)", rule: "it must be finite and at least \(least)")
    }
  }
}
