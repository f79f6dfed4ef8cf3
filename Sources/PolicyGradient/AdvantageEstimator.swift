#if canImport(Glibc)
  import Glibc
#endif

/// How a reward becomes an advantage: what it is compared with, and on which scale.
///
/// Every rule compares a rollout with the others of its group, so a group whose rewards are equal,
/// or that holds a single scored rollout, carries no signal: its advantages are exactly zero. The
/// advantages of a group sum to zero.
package enum AdvantageEstimator: String, Codable, CaseIterable, Sendable {
  /// `reward - mean(group)`.
  ///
  /// - SeeAlso: Liu 2025 (Dr. GRPO).
  case centered
  /// `(reward - mean(group)) / (deviation(group) + epsilon)`, the deviation with Bessel's correction.
  ///
  /// - SeeAlso: Shao 2024 (DeepSeekMath, GRPO).
  case standardized
  /// `reward - mean(others of the group)`, which is `G / (G - 1)` times the centred advantage.
  ///
  /// - SeeAlso: Ahmadian 2024 (RLOO).
  case leaveOneOut
  /// `(reward - mean(group)) / (deviation(batch) + epsilon)`, with the deviation of all rewards.
  ///
  /// Keeps the relative weight of easy and hard problems, on a scale that does not depend on the
  /// task.
  case batchStandardized
  /// `(reward - mean(group)) / mean(group)`, and zero where no reward is above zero on average.
  ///
  /// Made for rewards in `0...1`: there an advantage lies in `-1...G - 1`.
  case maximumLikelihood

  /// The advantages of a batch of groups.
  ///
  /// - Parameters:
  ///   - groups: Rewards by group and rollout; `nil` where a verifier gave no score. Such a rollout
  ///     is left out of all statistics and gets 0; it must also be left out of the aggregation.
  ///   - epsilon: Added to a deviation before division.
  /// - Returns: One advantage per reward, in the same places.
  package func advantages(of groups: [[Double?]], epsilon: Double = 1e-4) -> [[Double]] {
    let batchDeviation =
      self == .batchStandardized ? deviation(of: groups.flatMap { $0.compactMap(\.self) }) : 0
    return groups.map { group in
      let scored = group.compactMap(\.self)
      precondition(scored.allSatisfy(\.isFinite), "rewards that are not finite: \(scored)")
      guard let first = scored.first, scored.contains(where: { $0 != first }) else {
        return group.map { _ in 0 }
      }
      let mean = mean(of: scored)
      let scale = scale(of: scored, mean: mean, batchDeviation: batchDeviation, epsilon: epsilon)
      return group.map { reward in reward.map { ($0 - mean) * scale } ?? 0 }
    }
  }

  /// The advantages of one group, all of it scored.
  package func advantages(of rewards: [Double], epsilon: Double = 1e-4) -> [Double] {
    advantages(of: [rewards.map(Optional.some)], epsilon: epsilon)[0]
  }

  /// What a centred reward is multiplied with; `rewards` are not all equal.
  private func scale(
    of rewards: [Double], mean: Double, batchDeviation: Double, epsilon: Double
  ) -> Double {
    switch self {
    case .centered: 1
    case .standardized: 1 / (deviation(of: rewards) + epsilon)
    case .leaveOneOut: Double(rewards.count) / Double(rewards.count - 1)
    case .batchStandardized: 1 / (batchDeviation + epsilon)
    case .maximumLikelihood: mean > 0 ? 1 / mean : 0
    }
  }
}

// MARK: - Moments

private func mean(of values: [Double]) -> Double {
  values.reduce(0, +) / Double(values.count)
}

/// The sample deviation (divided by `n - 1`); 0 for fewer than 2 values.
private func deviation(of values: [Double]) -> Double {
  guard values.count > 1 else { return 0 }
  let mean = mean(of: values)
  let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return sqrt(squares / Double(values.count - 1))
}
