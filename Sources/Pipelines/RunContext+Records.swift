import Rollouts
import Policies
import Evaluation
import Foundation
import Registry
import Runs
import Sandbox
import Tasks
import Training
import Transformers
import VerifierKit
import Verifiers

extension RunContext {
  /// All stages with their positions.
  var positions: [StagePosition] { pipeline.positions }

  /// The position of the stage that another one names.
  ///
  /// - Precondition: The pipeline was checked, so that it is there.
  func position(of name: String) -> StagePosition {
    guard let position = positions.first(where: { $0.name == name }) else {
      preconditionFailure("no stage '\(name)' among \(positions.map(\.name))")
    }
    return position
  }

  /// Writes a checkpoint within a stage.
  ///
  /// - Parameters:
  ///   - position: The stage.
  ///   - done: Steps or rounds of it.
  ///   - updater: What trains; nil where nothing does.
  /// - Throws: Where something cannot be written.
  func checkpoint(_ position: StagePosition, done: Int, updater: Updater?) throws {
    try write(
      CheckpointState(
        stage: position.index, stageName: position.name, done: done,
        stepsTaken: updater?.stepsTaken ?? 0, stepsApplied: updater?.stepsApplied ?? 0,
        records: try recordCounts(), tally: tally), updater: updater)
  }

  /// Writes a checkpoint after stage `index`, from which the next begins.
  ///
  /// - Returns: The checkpoint's folder.
  func checkpoint(after index: Int) throws -> URL {
    let next = index + 1
    return try write(
      CheckpointState(
        stage: next, stageName: next < positions.count ? positions[next].name : "", done: 0,
        records: try recordCounts(), tally: tally), updater: nil)
  }

  /// Brings to the disk what the checkpoint counts on, then the checkpoint, then the note of it.
  @discardableResult
  private func write(_ state: CheckpointState, updater: Updater?) throws -> URL {
    var state = state
    try folder.synchronize()
    state.ledgerEntries = try recorder.drain()
    let checkpoint = try checkpoints.write(state, policy: policy, updater: updater) {
      try recorder.item($0, stage: $1.stage + 1, done: $1.done)
    }
    try recorder.checkpointsChanged()
    return checkpoint
  }

  private func recordCounts() throws -> [String: Int] {
    var counts: [String: Int] = [:]
    for file in pipeline.recordFiles { counts[file] = try folder.recordCount(of: file) }
    return counts
  }

  /// The report of all stages, from their records.
  func report(seconds: Double) throws -> RunReport {
    var evaluations: [EvaluationReport] = []
    var regularization: [String: [RegularizationTable.Line]] = [:]
    for (position, stage) in zip(positions, pipeline.stages) {
      switch stage.settings {
      case .evaluate:
        evaluations += try folder.records(EvaluationReport.self, of: position.records)
      case .warmUp(let settings):
        regularization[stage.name] = table(settings.regularization)
      case .rollout, .select, .promote, .export: break
      case .reinforce(let settings):
        regularization[stage.name] = table(settings.regularization)
      }
    }
    return RunReport(
      run: folder.manifest.name, pipeline: pipeline.settings.name, seed: pipeline.settings.seed,
      parameters: policy.parameters.table.count, sandboxLevel: judge.sandboxLevel.rawValue,
      evaluations: Dictionary(evaluations.map { ($0.name, $0) }) { _, last in last },
      comparisons: evaluations.dropFirst().compactMap { later in
        evaluations.first.flatMap { EvaluationComparison(before: $0, after: later) }
      },
      rounds: tally.rounds, steps: tally.steps, skippedSteps: tally.skippedSteps,
      sampledTokens: tally.sampledTokens, rollouts: tally.rollouts,
      unscoredRollouts: tally.unscored, regularization: regularization,
      timings: RunReport.Timings(seconds: seconds, peakMemoryBytes: peakMemoryBytes()))
  }

  private func table(_ settings: RegularizationSettings) -> [RegularizationTable.Line] {
    RegularizationTable(policy.shape, finalBlocks: settings.finalBlocks).lines(settings)
  }
}

extension Pipeline {
  /// All stages with their positions.
  var positions: [StagePosition] {
    stages.enumerated().map { StagePosition(index: $0.offset, name: $0.element.name) }
  }

  /// The names of all files of records.
  var recordFiles: [String] {
    zip(positions, stages).flatMap { position, stage in
      stage.settings.recordSuffixes.map { position.records + $0 }
    }
  }

  /// The most verifier processes that a stage asks for.
  package var verifierWorkers: Int {
    stages.compactMap { stage in
      switch stage.settings {
      case .reinforce(let settings): settings.rollout.verifierWorkers
      case .rollout(let settings): settings.verifierWorkers
      case .warmUp, .select, .evaluate, .promote, .export: nil
      }
    }.max() ?? 2
  }
}

extension TaskSet {
  /// The problems of a round: the set in another order each epoch, without end.
  func problems(ofRound round: Int, count: Int, seed: UInt64) -> [Problem] {
    (0..<count).map { problems[shuffled(round * count + $0, of: problems.count, seed: seed)] }
  }
}
