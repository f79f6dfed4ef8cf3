import Rollouts

/// What a policy made of the problems by which it is judged fit to be promoted.
package struct PolicyMeasurement: Codable, Equatable, Sendable {
  /// One problem's greedy answer, and its samples.
  package struct Answer: Codable, Equatable, Sendable {
    package let problem: String
    /// Whether the verifiers of the reward passed it; nil where they could not say.
    package let isRight: Bool?
    /// Whether the second verifier passed it; nil where it could not say, or was not asked.
    package var isSeconded: Bool?
    /// Tokens of the answer.
    package let tokens: Int
    /// Share of the scored samples that passed; nil without any.
    package let sampled: Double?
    /// Share of all samples that surely passed, since they have a score; nil without any sample.
    package let sampledAtLeast: Double?

    /// An answer with what became of its samples; `sampledAtLeast` is nil where all have a score.
    package init(
      problem: String, isRight: Bool?, isSeconded: Bool? = nil, tokens: Int,
      sampled: Double? = nil, sampledAtLeast: Double? = nil
    ) {
      (self.problem, self.isRight, self.isSeconded) = (problem, isRight, isSeconded)
      (self.tokens, self.sampled) = (tokens, sampled)
      self.sampledAtLeast = sampledAtLeast ?? sampled
    }
  }

  /// The digest of the policy.
  package let policy: String
  /// On the held-out problems that decide.
  package let answers: [Answer]
  /// On each guarded task set, by its name.
  package let guarded: [String: [Answer]]

  package init(policy: String, answers: [Answer], guarded: [String: [Answer]] = [:]) {
    (self.policy, self.answers, self.guarded) = (policy, answers, guarded)
  }
}

extension PolicyMeasurement.Answer {
  /// Answers of an evaluation.
  ///
  /// - Parameters:
  ///   - outcome: What the policy wrote, as the reward's verifiers judged it.
  ///   - seconded: The same greedy completions as the second verifier judged them; nil for none.
  /// - Returns: One a problem, in their order.
  static func all(
    of outcome: Evaluator.Outcome, seconded: [RolloutGroup]?
  ) -> [PolicyMeasurement.Answer] {
    zip(outcome.greedy.indices, outcome.report.results).map { index, result in
      let greedy = outcome.greedy[index].rollouts.first
      return PolicyMeasurement.Answer(
        problem: result.id, isRight: result.greedy,
        isSeconded: seconded?[index].rollouts.first?.isCorrect, tokens: greedy?.tokens?.count ?? 0,
        sampled: result.samples == 0 ? nil : Double(result.passed) / Double(result.samples),
        sampledAtLeast: outcome.report.samples == 0
          ? nil : Double(result.passed) / Double(outcome.report.samples))
    }
  }
}
