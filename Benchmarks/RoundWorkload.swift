import Foundation
import Pipelines
import Policies
import PolicyGradient
import Registry
import Rollouts
import Runs
import Tensors
import Training
import VerifierKit
import Verifiers

/// One round of reinforcement after the other, by the types and in the order of the stage
/// `reinforce`: sample, judge, advantages, update with its audit, record.
///
/// Every completion has the full length. The verdicts of random weights are all alike, so rewards
/// come from the tokens instead, as peers' benchmarks take them: what is judged is thrown away.
final class RoundWorkload {
  private static let groupSize = 8
  private static let problemsPerRound = 8
  private static let promptTokens = 48

  private let model: Workloads.Model
  private let new: Int
  private let precision: WorkPrecision
  private let policy: Policy
  private let judge: Judge
  private let objective: Objective
  private let settings: ReinforceSettings
  private let collector: RolloutCollector
  private let updater: Updater
  private let run: RunFolder
  private let recorder: RunRecorder
  private let runs: URL

  /// Seconds of one round.
  private struct Times {
    var sample = 0.0
    var judge = 0.0
    var update = 0.0
    var whole = 0.0
  }

  /// Rounds of 8 problems with 8 completions of `new` tokens each.
  static func rounds(
    _ model: Workloads.Model, new: Int, as precision: WorkPrecision = .whole,
    repeats: Int
  ) async throws -> [Measurement] {
    let workload = try RoundWorkload(model, new: new, as: precision, rounds: repeats + 1)
    var times: [Times] = []
    for round in 0...repeats {
      let one = try await KernelProfile.leavingOut(isWarmUp: round == 0) {
        try await workload.round(round)
      }
      if round > 0 { times.append(one) }  // the first one warms up, and starts the verifiers
    }
    try await workload.close()
    return workload.measurements(times)
  }

  private init(
    _ model: Workloads.Model, new: Int, as precision: WorkPrecision, rounds: Int
  ) throws {
    (self.model, self.new, self.precision) = (model, new, precision)
    var settings = ReinforceSettings()
    settings.rollout.maxCompletionTokens = new
    settings.rollout.weightPrecision = precision.weights
    settings.rollout.cachePrecision = precision.cache
    settings.productPrecision = precision.products
    self.settings = settings
    policy = try model.policy()
    judge = try Judge(terms: [RewardTerm(verifier: "arithmetic")])
    objective = Objective(settings.objective)
    collector = RolloutCollector(policy, sampling: settings.rollout.sampling, seed: 1)
    updater = Updater(
      policy, optimizer: settings.optimizer, regularization: settings.regularization,
      steps: rounds, rowBudget: settings.rowBudget,
      precision: settings.productPrecision, seed: 1)
    runs = URL.temporaryDirectory.appending(path: "hone-benchmark-\(UUID())")
    run = try RunFolder.create(in: runs, name: "round", settings: "name: round\n")
    recorder = try RunRecorder(run.url, from: nil)
  }

  private func close() async throws {
    await judge.shutDown()
    recorder.close()
    try run.update(status: .finished)
    try FileManager.default.removeItem(at: runs)
  }

  // MARK: - A round

  private func round(_ number: Int) async throws -> Times {
    var times = Times()
    let start = SuspendingClock.now
    func lap() -> Double { (SuspendingClock.now - start) / .seconds(1) }
    let problems = (0..<Self.problemsPerRound).map {
      Self.problem(number * Self.problemsPerRound + $0)
    }
    var phase = KernelProfile.begin("generate")
    var groups = try collector.sample(
      problems, groupSize: Self.groupSize, stream: UInt64(number))
    phase.end()
    times.sample = lap()
    phase = KernelProfile.begin("wait for verdicts")
    try await judge.judge(&groups)
    phase.end()
    times.judge = lap() - times.sample
    let groupsTokens = groups.map { group in
      TokenGroup(prompt: group.promptTokens, completions: group.rollouts.map { $0.tokens ?? [] })
    }
    precondition(
      groupsTokens.allSatisfy { group in
        group.prompt.count == Self.promptTokens && group.completions.allSatisfy { $0.count == new }
      }, "a round's work is fixed")
    phase = KernelProfile.begin("update")
    let advantages = objective.advantages(
      of: groupsTokens.map { group in group.completions.map { Self.reward($0) } })
    let batch = groups.indices.map { index in
      TrainingGroup(
        prompt: groups[index].promptTokens,
        sequences: groups[index].rollouts.indices.map { position in
          TrainingSequence(
            tokens: groups[index].rollouts[position].tokens ?? [],
            oldLogProbs: groups[index].rollouts[position].logProbs ?? [],
            advantage: advantages[index][position])
        })
    }
    updater.begin(atStep: number)
    let statistics = updater.improve(
      batch, objective: objective, temperature: 1, maximumLength: new,
      gapLimit: settings.largestGap)
    phase.end()
    precondition(
      !statistics.wasSkipped && !statistics.wasRefused && statistics.gradientNorm > 0,
      "a step changes weights")
    times.update = lap() - times.sample - times.judge
    phase = KernelProfile.begin("record")
    try recorder.record(Self.record(number, groups, advantages))
    phase.end()
    times.whole = lap()
    return times
  }

  /// A sum whose text is as long as a prompt.
  private static func problem(_ number: Int) -> Problem {
    var text = "\(number + 10)"
    while text.count < promptTokens - 1 {
      text += text.count % 3 == 2 ? "+" : "\((number + text.count) % 10)"
    }
    return Problem(id: "sums/\(number)", prompt: text + "=", answer: "\(number)")
  }

  /// The share of tokens with even ids.
  private static func reward(_ tokens: [Int32]) -> Double {
    Double(tokens.count { $0 % 2 == 0 }) / Double(tokens.count)
  }

  private static func record(
    _ number: Int, _ groups: [RolloutGroup], _ advantages: [[Double]]
  ) -> LedgerRound {
    let rollouts = groups.reduce(0) { $0 + $1.rollouts.count }
    return LedgerRound(
      stage: 1,
      summary: LedgerRound.Summary(
        round: number + 1, reward: 0, correct: 0, greedy: nil, rollouts: rollouts, unscored: 0),
      record: ["round": number + 1], timings: ["seconds": 0.0],
      groups: zip(groups, advantages).map { group, advantages in
        LedgerGroup(
          problem: group.problem,
          rollouts: zip(group.rollouts, advantages).map { rollout, advantage in
            LedgerRollout(
              completion: rollout.completion, tokens: rollout.tokens ?? [],
              logProbs: rollout.logProbs ?? [], stopReason: rollout.stopReason?.rawValue,
              outcome: .wrong, reward: rollout.reward, advantage: advantage,
              verdicts: rollout.verdicts)
          })
      })
  }

  // MARK: - What it needs

  private func measurements(_ times: [Times]) -> [Measurement] {
    let round =
      "\(model.name): round of \(Self.problemsPerRound) x \(Self.groupSize), "
      + "prompt \(Self.promptTokens), \(new) new tokens"
    let (generation, update) = needs()
    return [
      Measurement(round, unit: "s", values: times.map(\.whole), need: generation + update),
      Measurement(
        "\(round): generation", unit: "s", values: times.map(\.sample), need: generation),
      Measurement(
        "\(round): update", unit: "s", values: times.map(\.update), need: update),
      Measurement(
        "\(round): wait for verdicts, share of the round", unit: "%",
        values: times.map { 100 * $0.judge / $0.whole }),
    ]
  }

  /// Prompts once a problem; a completion's last token is sampled and not fed.
  private func needs() -> (generation: [WorkPart], update: [WorkPart]) {
    let (work, prompt) = (model.work, Self.promptTokens)
    let completions = Self.problemsPerRound * Self.groupSize
    let rows = Double(Self.problemsPerRound * prompt + completions * (new - 1))
    let pairs =
      Double(Self.problemsPerRound) * TransformerWork.pairs(0..<prompt)
      + Double(completions) * TransformerWork.pairs(prompt..<prompt + new - 1)
    let scored = Double(completions * new)
    let training = work.training(rows: rows, scored: scored, pairs: pairs, as: precision)
    return (
      work.prefill(count: Self.problemsPerRound, length: prompt, as: precision)
        + work.decode(rows: completions, prompt: prompt, steps: new - 1, as: precision),
      training
    )
  }
}
