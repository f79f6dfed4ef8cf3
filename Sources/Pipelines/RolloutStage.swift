import Foundation
package import Policies
import Registry
import Rollouts
import Runs
package import Settings
import Tasks
import VerifierKit
import Verifiers

/// A stage that samples completions of problems and judges them, for others to select from.
package struct RolloutStageSettings: SettingsSection {
  /// The `select` stage whose problems are asked; `null` for those of the training set.
  package var from: String?
  /// Problems, the first ones; `null` for all.
  package var limit: Int?
  /// Completions per problem.
  package var samples = 8
  /// Softmax temperature; at 0 all samples of a problem are equal.
  package var temperature = 1.0
  /// Tokens of a completion, the end included.
  package var maxCompletionTokens = 64
  /// Texts that end a completion.
  package var stopTexts: [String] = []
  /// Keep only the likeliest tokens; 0 keeps all, as an update by policy gradient needs.
  package var topK = 0
  /// Keep the likeliest tokens of this probability; 1 keeps all.
  package var topP = 1.0
  /// Completions that are decoded side by side.
  package var maxRows = 256
  /// Problems that are sampled and judged at once: a line of the records.
  package var problemsAtOnce = 32
  /// Largest share of them that no verifier could score before the run stops; 1 where the majority
  /// decides.
  package var maxUnscoredShare = 0.2
  /// Processes for each verifier.
  package var verifierWorkers = 2
  /// Lines of the records between checkpoints; 0 for one at the end alone.
  package var checkpointEvery = 0

  package init() {}

  package func validate() throws(InvalidSetting) {
    if let limit { try requirePositive(limit, "limit") }
    try requirePositive(problemsAtOnce, "problemsAtOnce")
    for (key, value, range) in [
      ("samples", samples, 1...4096), ("verifierWorkers", verifierWorkers, 1...64),
      ("checkpointEvery", checkpointEvery, 0...Int.max),
    ] where !range.contains(value) {
      throw InvalidSetting(
        key: key, value: "\(value)",
        rule: range.upperBound == .max ? "it must be 0 or more" : "it must be within \(range)")
    }
    guard (0...1).contains(maxUnscoredShare) else {
      throw InvalidSetting(
        key: "maxUnscoredShare", value: "\(maxUnscoredShare)",
        rule: "it is a share, within 0...1")
    }
    try sampling.validate()
  }

  /// The settings of the generator.
  package var sampling: SamplingSettings {
    var sampling = SamplingSettings()
    sampling.temperature = temperature
    sampling.maxCompletionTokens = maxCompletionTokens
    sampling.stopTexts = stopTexts
    (sampling.topK, sampling.topP) = (topK, topP)
    sampling.maxRows = maxRows
    return sampling
  }
}

/// Samples and judges, a few problems at once; the policy stays as it is.
struct RolloutStage {
  let settings: RolloutStageSettings
  let position: StagePosition

  /// Runs from record `done` on.
  func run(_ context: inout RunContext, done: Int) async throws {
    let set =
      try settings.from.map { try SelectStage.taskSet(selectedBy: $0, in: context) }
      ?? context.training
    let problems = Array(set.problems.prefix(settings.limit ?? .max))
    let collector = RolloutCollector(
      context.policy, sampling: settings.sampling, seed: context.seed(of: position))
    let lots = (problems.count + settings.problemsAtOnce - 1) / settings.problemsAtOnce
    context.display.begin(position.name, total: lots, done: done)
    for lot in done..<lots {
      let watch = Stopwatch()
      var record = RoundRecord(round: lot + 1)
      let first = lot * settings.problemsAtOnce
      var groups = try collector.sample(
        Array(problems[first..<min(first + settings.problemsAtOnce, problems.count)]),
        groupSize: settings.samples, stream: 0)
      let sampled = watch.seconds
      try await context.judge.judge(&groups)
      try context.refuseDisabled(in: "stage '\(position.name)'")
      try UnscoredReport(groups.flatMap(\.rollouts)).refuse(
        above: settings.maxUnscoredShare, round: lot + 1)
      record.count(groups)
      context.tally.countSamples(record)
      try context.folder.append(record, to: position.records)
      let timings = RoundTimings(
        sample: sampled, judge: watch.seconds - sampled, update: 0, other: 0, tokens: record.tokens)
      try context.folder.appendTimings(timings, to: position.records)
      try context.recorder.record(
        LedgerRound(position, record, timings, groups, advantages: groups.map { _ in nil }))
      for rollout in groups.flatMap(\.rollouts) {
        try context.folder.append(rollout, to: position.rollouts)
        try context.folder.appendTimings(VerdictTimings(rollout), to: position.rollouts)
      }
      context.display.update(
        ProgressUpdate(
          done: lot + 1, reward: record.reward, tokensPerSecond: timings.tokensPerSecond))
      let rests = settings.checkpointEvery > 0 && (lot + 1) % settings.checkpointEvery == 0
      if lot + 1 < lots, rests || context.isInterrupted() {
        try context.checkpoint(position, done: lot + 1, updater: nil)
        try context.stopIfInterrupted()
      }
    }
    context.display.finish()
  }
}

extension UnscoredReport {
  /// Stops a run of which too much could not be scored.
  ///
  /// - Throws: ``PipelineError/tooManyUnscored(share:limit:round:reasons:)``.
  func refuse(above limit: Double, round: Int) throws(PipelineError) {
    guard share > limit else { return }
    throw .tooManyUnscored(share: share, limit: limit, round: round, reasons: text())
  }
}
