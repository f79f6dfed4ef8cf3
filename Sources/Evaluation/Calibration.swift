package import Policies
package import Rollouts
package import Tasks
package import Verifiers

/// Measures how often a policy answers each problem of a set, so that the set can be cut to what
/// there is to learn: problems that always pass or never pass hold no lesson.
package struct Calibration {
  private let samples: Int
  private let sampling: SamplingSettings
  private let seed: UInt64

  /// - Parameters:
  ///   - samples: Completions of each problem.
  ///   - sampling: How they are drawn; validated.
  ///   - seed: Decides every draw.
  package init(samples: Int, sampling: SamplingSettings, seed: UInt64) {
    precondition(samples > 0, "\(samples) samples")
    (self.samples, self.sampling, self.seed) = (samples, sampling, seed)
  }

  /// Samples and judges all problems.
  ///
  /// - Parameters:
  ///   - policy: Whose weights stay as they are.
  ///   - set: Whose problems are asked.
  ///   - judge: Scores every completion; what its first verifier passes has passed.
  ///   - name: What the policy is called in the result.
  ///   - verifiers: What the judge's verifiers are called there.
  ///   - progress: Told how many completions are done.
  /// - Returns: The rates, and all completions with their verdicts.
  /// - Throws: `PolicyError` for a prompt that is too long, or what the judge throws.
  package func measure(
    _ policy: Policy, on set: TaskSet, judge: Judge, named name: String, verifiers: [String],
    progress: ((Int) -> Void)? = nil
  ) async throws -> (rates: PassRates, groups: [RolloutGroup]) {
    var groups = try RolloutCollector(policy, sampling: sampling, seed: seed)
      .sample(set.problems, groupSize: samples, stream: 0x63_61_6c_69, progress: progress)
    try await judge.judge(&groups)
    let rates = PassRates(
      taskSet: set.name, policy: name, verifiers: verifiers, temperature: sampling.temperature,
      seed: seed, rates: groups.map(Self.rate))
    return (rates, groups)
  }

  /// The rate of one problem's judged rollouts.
  static func rate(_ group: RolloutGroup) -> PassRates.Rate {
    let scored = group.rollouts.compactMap(\.isCorrect)
    return PassRates.Rate(
      problem: group.problem, samples: scored.count, passed: scored.count(where: \.self),
      unscored: group.rollouts.count - scored.count)
  }
}
