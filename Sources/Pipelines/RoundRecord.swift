import Policies
import PolicyGradient
import Rollouts
import Runs
import Training
import VerifierKit

/// What a round of reinforcement did, as far as it is the same each time it is done.
struct RoundRecord: Codable, Sendable {
  /// From 1.
  let round: Int
  var rollouts = 0
  var unscored = 0
  /// Mean reward of scored rollouts.
  var reward = 0.0
  /// Share of scored rollouts that passed.
  var correct = 0.0
  var groups = 0
  /// Groups whose rollouts did not all score the same.
  var contrast = 0
  /// Tokens sampled.
  var tokens = 0
  /// Mean tokens of a completion.
  var meanLength = 0.0
  /// Share of completions that were cut off at the limit.
  var truncated = 0.0
  /// Greedy accuracy on held-out problems, in rounds that look.
  var greedy: Double?
  /// Largest difference between sampled log-probabilities and those of the update's first step, or of
  /// a fresh forward pass, nats.
  var samplerGap: Float = 0
  var steps: [Step] = []

  /// One optimiser step.
  struct Step: Codable, Sendable {
    let loss: Double
    /// Mean entropy of a token's distribution, nats.
    let entropy: Double
    /// Share of tokens whose ratio a bound held.
    let clipFraction: Double
    /// Estimates of KL(sampling policy ‖ policy before the step), nats a token.
    let k1: Double
    let k3: Double
    /// Estimate of the KL to the reference policy, where the objective has one, nats a token.
    let referenceKL: Double?
    let largestLogRatio: Double
    let gradientNorm: Double
    let learningRate: Double
    let skipped: Bool
  }

  init(round: Int) { self.round = round }

  mutating func count(_ groups: [RolloutGroup]) {
    let all = groups.flatMap(\.rollouts)
    let rewards = all.compactMap(\.reward)
    let verdicts = all.compactMap(\.isCorrect)
    rollouts = all.count
    unscored = all.count - rewards.count
    reward = rewards.isEmpty ? 0 : rewards.reduce(0, +) / Double(rewards.count)
    correct =
      verdicts.isEmpty ? 0 : Double(verdicts.filter(\.self).count) / Double(verdicts.count)
    self.groups = groups.count
    contrast = groups.filter(\.hasContrast).count
    tokens = all.reduce(0) { $0 + ($1.tokens?.count ?? 0) }
    meanLength = Double(tokens) / Double(max(all.count, 1))
    truncated =
      Double(all.filter { $0.stopReason == .lengthLimit }.count) / Double(max(all.count, 1))
  }

  mutating func count(_ statistics: StepStatistics) {
    let d = statistics.diagnostics
    steps.append(
      Step(
        loss: d.loss, entropy: d.meanEntropy, clipFraction: d.clipFraction, k1: d.meanK1,
        k3: d.meanK3, referenceKL: d.referenceKLSum == 0 ? nil : d.meanReferenceKL,
        largestLogRatio: d.largestLogRatio, gradientNorm: statistics.gradientNorm,
        learningRate: statistics.learningRate, skipped: statistics.wasSkipped))
  }

  /// The round's line on the display.
  func progress(_ timings: RoundTimings) -> ProgressUpdate {
    func mean(_ value: (Step) -> Double) -> Double {
      steps.isEmpty ? 0 : steps.reduce(0) { $0 + value($1) } / Double(steps.count)
    }
    var fields: [(String, String)] = []
    if let greedy { fields.append(("greedy", decimal(greedy, 3))) }
    fields += [
      ("contrast", "\(contrast)/\(groups)"), ("entropy", decimal(mean(\.entropy), 3)),
      ("clip", decimal(mean(\.clipFraction), 3)), ("KL", decimal(mean(\.k3), 4)),
    ]
    if unscored > 0 { fields.insert(("unscored", "\(unscored)"), at: 0) }
    return ProgressUpdate(
      done: round, reward: reward, tokensPerSecond: timings.tokensPerSecond,
      fields: fields.map { (name: $0.0, value: $0.1) })
  }
}

/// Where a round's time went; differs from run to run.
struct RoundTimings: Codable, Sendable {
  let sampleSeconds: Double
  let judgeSeconds: Double
  let updateSeconds: Double
  let otherSeconds: Double
  /// Sampled tokens a second of the whole round.
  let tokensPerSecond: Double
  /// Handing the round to the ledger's writer: what recording costs the trainer.
  var ledgerSeconds: Double?

  init(sample: Double, judge: Double, update: Double, other: Double, tokens: Int) {
    (sampleSeconds, judgeSeconds, updateSeconds) = (sample, judge, update)
    otherSeconds = other
    tokensPerSecond = Double(tokens) / max(sample + judge + update + other, 1e-9)
  }
}

/// A rollout with its text, as a run keeps some of each round.
struct RolloutRecord: Codable, Sendable {
  let round: Int
  let problem: Problem
  let completion: String
  let verdicts: [RecordedVerdict]?
  let reward: Double?

  init(round: Int, _ rollout: Rollout) {
    (self.round, problem, completion) = (round, rollout.problem, rollout.completion)
    (verdicts, reward) = (rollout.verdicts, rollout.reward)
  }
}

/// How long the verdicts on a recorded rollout took, in seconds; differs from run to run.
struct VerdictTimings: Codable, Sendable {
  let verdictSeconds: [Double]

  init(_ rollout: Rollout) { verdictSeconds = rollout.verdictSeconds ?? [] }
}

extension RunTally {
  /// Counts a round of reinforcement.
  mutating func count(_ record: RoundRecord) {
    rounds += 1
    countSamples(record)
  }

  /// Counts what was sampled, where no round is made of it.
  mutating func countSamples(_ record: RoundRecord) {
    sampledTokens += record.tokens
    rollouts += record.rollouts
    unscored += record.unscored
  }
}
