import VerifierKit
import Tasks
import Evaluation
import Foundation
import Policies
import Registry
import PolicyGradient
import Rollouts
import Runs
import Tensors
import Training
import Verifiers

/// Rounds of policy gradient: sample, judge, filter, advantages, batch, update, record.
struct ReinforceStage {
  let settings: ReinforceSettings
  let position: StagePosition

  func makeUpdater(_ context: RunContext) -> Updater {
    Updater(
      context.policy, optimizer: settings.optimizer, regularization: settings.regularization,
      steps: settings.rounds * settings.updatesPerRound, rowBudget: settings.rowBudget,
      precision: settings.productPrecision, seed: context.seed(of: position))
  }

  /// Runs the rounds from `done` on.
  func run(_ context: inout RunContext, updater: Updater, done: Int) async throws {
    let objective = Objective(settings.objective)
    let seed = context.seed(of: position)
    let training =
      try settings.from.map { try SelectStage.taskSet(selectedBy: $0, in: context) }
      ?? context.training
    let collector = RolloutCollector(
      context.policy, sampling: settings.rollout.sampling, seed: seed)
    let reference = objective.needsReference ? try self.reference(context) : nil
    context.display.begin(position.name, total: settings.rounds, done: done)

    for round in done..<settings.rounds {
      let watch = Stopwatch()
      var record = RoundRecord(round: round + 1)

      // Sample a group of completions for each of the round's problems.
      let problems = training.problems(
        ofRound: round, count: settings.rollout.problemsPerRound, seed: seed)
      var groups = try collector.sample(
        problems, groupSize: settings.rollout.groupSize, stream: UInt64(round))
      let sampled = watch.seconds

      // Judge them; what no verifier could score leaves its group, and too much of that stops us.
      try await context.judge.judge(&groups)
      record.count(groups)
      try context.refuseDisabled(in: "round \(round + 1)")
      try UnscoredReport(groups.flatMap(\.rollouts)).refuse(
        above: settings.rollout.maxUnscoredShare, round: round + 1)
      let judged = watch.seconds

      // Keep the groups that hold a lesson, and turn rewards into advantages.
      let lessons = settings.dropUniformGroups ? groups.filter(\.hasContrast) : groups
      let advantages = objective.advantages(of: lessons.map(\.rewards))
      let batch = try trainingGroups(lessons, advantages: advantages, reference: reference)

      // Update: the round's groups in as many parts as there are steps.
      updater.begin(atStep: round * settings.updatesPerRound)
      let parts = parts(batch.filter { !$0.sequences.isEmpty })
      let isAudited =
        settings.auditShare > 0 && !updater.drops && (parts.first?.count ?? 0) >= audited(groups)
      if !isAudited { record.samplerGap = try audit(groups, context.policy, round: round) }
      for (index, part) in parts.enumerated() {
        // The first step has the weights that sampled, so its passes are an audit of the sampler, too.
        let audits = isAudited && index == 0
        let statistics = updater.improve(
          part, objective: objective, temperature: Float(settings.rollout.temperature),
          maximumLength: settings.rollout.maxCompletionTokens,
          gapLimit: audits ? settings.largestGap : .infinity)
        if audits {
          record.samplerGap = Float(statistics.diagnostics.gap)
          if statistics.wasRefused { throw disagreement(statistics.diagnostics.gap, round: round) }
        }
        record.count(statistics)
        context.tally.count(statistics)
      }
      let updated = watch.seconds

      // Record, look at held-out problems now and then, and rest where a run may be resumed.
      if settings.monitorEvery > 0, (round + 1) % settings.monitorEvery == 0 {
        record.greedy = try await monitor(context)
      }
      context.tally.count(record)
      try context.folder.append(record, to: position.records)
      var timings = RoundTimings(
        sample: sampled, judge: judged - sampled, update: updated - judged,
        other: watch.seconds - updated, tokens: record.tokens)
      let handing = Stopwatch()
      try context.recorder.record(
        LedgerRound(
          position, record, timings, groups, advantages: spread(advantages, over: groups)))
      timings.ledgerSeconds = handing.seconds
      try context.folder.appendTimings(timings, to: position.records)
      for group in groups.prefix(settings.recordedProblems) {
        for rollout in group.rollouts {
          try context.folder.append(
            RolloutRecord(round: round + 1, rollout), to: position.rollouts)
          try context.folder.appendTimings(VerdictTimings(rollout), to: position.rollouts)
        }
      }
      context.display.update(record.progress(timings))
      let rests = settings.checkpointEvery > 0 && (round + 1) % settings.checkpointEvery == 0
      if round + 1 < settings.rounds, rests || context.isInterrupted() {
        try context.checkpoint(position, done: round + 1, updater: updater)
        try context.stopIfInterrupted()
      }
    }
    context.display.finish()
  }

  // MARK: - Parts of a round

  /// The policy as the stage began, for the KL term.
  private func reference(_ context: RunContext) throws -> Policy {
    if let kept = try context.checkpoints.reference(position.name) { return kept }
    try context.checkpoints.writeReference(position.name, context.policy)
    return try context.policy.copy()
  }

  private func disagreement(_ gap: Double, round: Int) -> PipelineError {
    .samplerDisagrees(
      difference: Float(gap), limit: Float(settings.largestGap), round: round + 1)
  }

  /// Groups that an audit looks at, at least.
  private func audited(_ groups: [RolloutGroup]) -> Int {
    Int((settings.auditShare * Double(groups.count)).rounded(.up))
  }

  /// The largest difference, in nats, between sampled log-probabilities and a fresh forward pass over a
  /// share of the groups, for rounds whose update cannot tell.
  private func audit(
    _ groups: [RolloutGroup], _ policy: Policy, round: Int
  ) throws -> Float {
    let share = groups.prefix(audited(groups))
    let fresh = policy.score(
      share.map { group in
        TokenGroup(prompt: group.promptTokens, completions: group.rollouts.map { $0.tokens ?? [] })
      }, temperature: Float(settings.rollout.temperature), rowBudget: settings.rowBudget,
      as: settings.productPrecision)
    var largest: Float = 0
    for (group, scores) in zip(share, fresh) {
      for (rollout, score) in zip(group.rollouts, scores) {
        for (old, new) in zip(rollout.logProbs ?? [], score.logProbs) {
          let difference = abs(old - new)
          largest = difference.isNaN ? .infinity : max(largest, difference)
        }
      }
    }
    guard Double(largest) <= settings.largestGap else {
      throw disagreement(Double(largest), round: round)
    }
    return largest
  }

  private func trainingGroups(
    _ groups: [RolloutGroup], advantages: [[Double]], reference: Policy?
  ) throws -> [TrainingGroup] {
    let referenceScores = reference?.score(
      groups.map { group in
        TokenGroup(prompt: group.promptTokens, completions: group.rollouts.map { $0.tokens ?? [] })
      }, temperature: Float(settings.rollout.temperature), rowBudget: settings.rowBudget,
      as: settings.productPrecision)
    return groups.indices.map { index in
      let sequences = groups[index].rollouts.indices.compactMap { position -> TrainingSequence? in
        let rollout = groups[index].rollouts[position]
        guard rollout.reward != nil, let tokens = rollout.tokens, let logProbs = rollout.logProbs
        else { return nil }
        return TrainingSequence(
          tokens: tokens, oldLogProbs: logProbs,
          referenceLogProbs: referenceScores?[index][position].logProbs,
          advantage: advantages[index][position])
      }
      return TrainingGroup(prompt: groups[index].promptTokens, sequences: sequences)
    }
  }

  /// The advantages of lessons, with nil for each group that was left out.
  private func spread(_ advantages: [[Double]], over groups: [RolloutGroup]) -> [[Double]?] {
    var rest = advantages[...]
    return groups.map { group in
      settings.dropUniformGroups && !group.hasContrast ? nil : rest.popFirst()
    }
  }

  private func parts(_ groups: [TrainingGroup]) -> [[TrainingGroup]] {
    let count = settings.updatesPerRound
    return (0..<count).map { part in
      Array(groups[groups.count * part / count..<groups.count * (part + 1) / count])
    }.filter { !$0.isEmpty }
  }

  /// Greedy accuracy on the first held-out problems.
  private func monitor(_ context: RunContext) async throws -> Double {
    var look = EvaluationSettings()
    look.name = "monitor"
    look.samples = 0
    look.limit = settings.monitorProblems
    look.maxCompletionTokens = settings.rollout.maxCompletionTokens
    look.stopTexts = settings.rollout.stopTexts
    look.maxRows = settings.rollout.maxRows
    return try await Evaluator(look).evaluate(
      context.policy, on: context.evaluation, judge: context.judge
    ).report.greedy
  }
}
