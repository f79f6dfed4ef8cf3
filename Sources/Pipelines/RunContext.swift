import Evaluation
import Foundation
import Policies
import Registry
import Rollouts
import Runs
import Tasks
import Training
import Verifiers

/// What the stages of a run share: the policy, the problems, the judge and the records.
struct RunContext {
  let pipeline: Pipeline
  /// The policy as the stages before left it.
  var policy: Policy
  let training: TaskSet
  let evaluation: TaskSet
  let judge: Judge
  let folder: RunFolder
  let display: ProgressDisplay
  let isAskedToStop: @Sendable () -> Bool
  /// Rounds of reinforcement after which the run stops; nil for all.
  let roundLimit: Int?
  let checkpoints: CheckpointStore
  let recorder: RunRecorder
  /// Counts of the whole run, those before a resume included.
  var tally: RunTally
  /// What the keys of stages are made of.
  var fingerprints: StageFingerprints
  /// Completed stages of all runs, and whether they may be taken from there.
  let cache: StageCache
  let reuses: Bool

  /// The seed of a stage: no two stages share random numbers.
  func seed(of stage: StagePosition) -> UInt64 {
    pipeline.settings.seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(stage.index + 1)
  }

  /// Whether the run ends at its next resting place.
  func isInterrupted() -> Bool {
    isAskedToStop() || roundLimit.map { tally.rounds >= $0 } ?? false
  }

  /// Ends the run where a verifier was disabled: what follows could not be scored.
  ///
  /// - Parameter place: Where the run is, for the message.
  /// - Throws: ``PipelineError/verifierDisabled(place:reason:)``.
  func refuseDisabled(in place: String) throws(PipelineError) {
    guard let disabled = judge.disabled.first else { return }
    throw .verifierDisabled(place: place, reason: disabled.reason)
  }

  /// Ends the stage's step here if the user wants to stop; the checkpoint has been written.
  func stopIfInterrupted() throws {
    if isInterrupted() { throw RunInterrupted(run: folder.url.relativePath) }
  }
}

/// Which stage of a run, and under which name it records.
struct StagePosition: Equatable, Sendable {
  /// From 0.
  let index: Int
  let name: String
  /// From 1, as records count.
  var number: Int { index + 1 }
  /// Name of its record file.
  var records: String { RunFolder.stage(number, name) }
  /// Name of the file that keeps rollouts with their text.
  var rollouts: String { records + Self.rolloutsSuffix }
  /// Name of the file that keeps what a `select` stage chose, a line a completion or a problem.
  var selected: String { records + Self.selectedSuffix }

  static let rolloutsSuffix = "-rollouts"
  static let selectedSuffix = "-selected"
}

/// What a run has done so far, as far as it is the same each time it is done.
struct RunTally: Codable, Equatable, Sendable {
  var rounds = 0
  var steps = 0
  var skippedSteps = 0
  /// Tokens of completions that were sampled for training.
  var sampledTokens = 0
  /// Rows that passed through the transformer in training.
  var trainedRows = 0
  var rollouts = 0
  var unscored = 0

  static func + (left: RunTally, right: RunTally) -> RunTally { left.joined(right, with: +) }
  static func - (left: RunTally, right: RunTally) -> RunTally { left.joined(right, with: -) }

  private func joined(_ other: RunTally, with join: (Int, Int) -> Int) -> RunTally {
    RunTally(
      rounds: join(rounds, other.rounds), steps: join(steps, other.steps),
      skippedSteps: join(skippedSteps, other.skippedSteps),
      sampledTokens: join(sampledTokens, other.sampledTokens),
      trainedRows: join(trainedRows, other.trainedRows), rollouts: join(rollouts, other.rollouts),
      unscored: join(unscored, other.unscored))
  }

  mutating func count(_ statistics: StepStatistics) {
    steps += 1
    skippedSteps += statistics.wasSkipped ? 1 : 0
    trainedRows += statistics.rows
  }
}

/// The user stopped the run; it can go on.
package struct RunInterrupted: Error, CustomStringConvertible {
  package let run: String
  package var description: String {
    "Stopped after a checkpoint. Go on with: hone run --resume \(run)"
  }
}

/// Time that passes, but for that in which the machine sleeps: for timings and rates.
struct Stopwatch {
  private let start = SuspendingClock.now

  var seconds: Double {
    let elapsed = SuspendingClock.now - start
    return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
  }
}
