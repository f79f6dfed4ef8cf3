package import Policies
package import VerifierKit
package import Verifiers

/// A problem, one completion of it, and what the verifiers found: a line of a rollouts file.
///
/// Only `problem` and `completion` must be there, so that what other programs generated can be
/// judged too.
package struct Rollout: Codable, Sendable {
  package var problem: Problem
  package var completion: String
  /// Sampled token ids, the end included.
  package var tokens: [Int32]?
  /// Log-probability of each token at the sampling temperature, nats.
  package var logProbs: [Float]?
  package var stopReason: StopReason?
  /// Softmax temperature that the tokens were drawn at.
  package var temperature: Double?
  /// One a verifier; `nil` until judged.
  package var verdicts: [RecordedVerdict]?
  /// `nil` until judged, and where a verifier that counts gave no score.
  package var reward: Double?
  /// Wall time of each verdict, in seconds; differs from run to run, so it is in no record.
  package var verdictSeconds: [Double]?

  private enum CodingKeys: String, CodingKey {
    case problem, completion, tokens, logProbs, stopReason, temperature, verdicts, reward
  }

  package init(problem: Problem, completion: String) {
    (self.problem, self.completion) = (problem, completion)
  }

  package init(problem: Problem, sampled: Completion, temperature: Double) {
    self.init(problem: problem, completion: sampled.text)
    (tokens, logProbs, stopReason) = (sampled.tokens, sampled.logProbs, sampled.stopReason)
    self.temperature = temperature
  }

  /// Keeps what the verifiers found.
  package mutating func record(_ judgement: Judgement) {
    verdicts = judgement.verdicts.map(RecordedVerdict.init)
    reward = judgement.reward
    verdictSeconds = judgement.verdicts.map(\.seconds)
  }

  /// Whether the first verifier passed the completion; `nil` where any of them gave no score.
  package var isCorrect: Bool? {
    guard let verdicts, !verdicts.contains(where: { $0.outcome == .unscored }) else { return nil }
    return verdicts.first?.outcome == .passed
  }
}

/// A verdict as a record keeps it: without the time it took, which differs from run to run.
package struct RecordedVerdict: Codable, Equatable, Sendable {
  package let verifier: String
  package let outcome: VerifierOutcome
  /// `nil` where nothing was scored.
  package let score: Double?
  package let reason: String
  /// What the completion answers, where the verifier can tell; votes are counted by it.
  package let answer: String?
  /// What the parts of a composite found; `nil` for a verifier without parts.
  package let parts: [RecordedVerdict]?

  package init(_ verdict: NamedVerdict) {
    (verifier, outcome) = (verdict.verifier, verdict.outcome)
    (score, reason, answer) = (verdict.score, verdict.reason, verdict.answer)
    parts = verdict.parts.map { $0.map(RecordedVerdict.init) }
  }
}

/// The rollouts of one problem.
package struct RolloutGroup: Sendable {
  package let problem: Problem
  package let promptTokens: [Int32]
  package var rollouts: [Rollout]

  package init(problem: Problem, promptTokens: [Int32], rollouts: [Rollout]) {
    (self.problem, self.promptTokens, self.rollouts) = (problem, promptTokens, rollouts)
  }

  /// Rewards; `nil` where unscored.
  package var rewards: [Double?] { rollouts.map(\.reward) }

  /// Whether scored rollouts differ in the first verifier's score, so that there is a lesson.
  ///
  /// The raw verdict decides, not the shaped reward: a length penalty would make every group differ.
  package var hasContrast: Bool {
    let scores = rollouts.filter { $0.reward != nil }.compactMap { $0.verdicts?.first?.score }
    guard let first = scores.first else { return false }
    return scores.contains { $0 != first }
  }
}
