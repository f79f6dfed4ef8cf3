#if canImport(Glibc)
  import Glibc
#endif

/// An estimate of the divergence of the policy from the reference policy, from one sampled token.
///
/// With `x = referenceLogProb - logProb`. Beyond ``logRatioLimit`` (and, for `k3`, above
/// ``valueLimit``) the value is held and passes no slope.
///
/// - SeeAlso: Schulman 2020 (note on approximating KL divergence).
package enum KLEstimator: String, Codable, CaseIterable, Sendable {
  /// `-x`. Unbiased in value; as a loss its expected slope is zero.
  case k1
  /// `x² / 2`. On the policy's own samples its slope is, in expectation, that of KL(policy ‖ reference).
  case k2
  /// `exp(x) - 1 - x`, never negative. Its expected slope is that of KL(reference ‖ policy).
  case k3
  /// `k3` times the importance ratio, which is differentiated: the expected slope is that of
  /// KL(policy ‖ reference), also on samples of an older policy.
  case correctedK3

  /// Beyond this distance (in nats) the log-ratio is held.
  package static let logRatioLimit = 20.0
  /// Above this value (in nats) `k3` is held.
  package static let valueLimit = 10.0

  /// The estimate for one token.
  ///
  /// - Parameters:
  ///   - logProb: Of the policy that is trained, in nats.
  ///   - oldLogProb: Of the policy that sampled; only ``correctedK3`` uses it.
  ///   - referenceLogProb: Of the reference policy.
  ///   - limit: Where the log-ratio is held.
  /// - Returns: The estimate in nats, and its derivative with respect to `logProb`.
  package func callAsFunction(
    logProb: Double, oldLogProb: Double, referenceLogProb: Double, limit: Double = logRatioLimit
  ) -> (value: Double, slope: Double) {
    let raw = referenceLogProb - logProb
    let x = min(max(raw, -limit), limit)
    let passes = x == raw
    switch self {
    case .k1: return (-x, passes ? 1 : 0)
    case .k2: return (x * x / 2, passes ? -x : 0)
    case .k3, .correctedK3:
      let exact = expm1(x) - x
      let k3 = min(exact, Self.valueLimit)
      let isFree = passes && k3 == exact
      guard self == .correctedK3 else { return (k3, isFree ? -expm1(x) : 0) }
      let logRatio = logProb - oldLogProb
      let held = min(max(logRatio, -Self.logRatioLimit), Self.logRatioLimit)
      // ρ (k3 + 1 - exp(x)) = -ρ x. Where anything is held the ratio passes no slope either: it
      // alone would push the policy further away.
      return (exp(held) * k3, isFree && held == logRatio ? -exp(held) * x : 0)
    }
  }
}
