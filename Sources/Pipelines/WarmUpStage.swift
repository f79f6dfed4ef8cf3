import VerifierKit
import PolicyGradient
import Foundation
package import Policies
import Randomness
import Registry
import Runs
package import Tasks
package import Training

/// Supervised steps on demonstrations, so that reinforcement has something to sample.
struct WarmUpStage {
  let settings: WarmUpSettings
  let position: StagePosition

  /// A step's record.
  struct Record: Codable, Sendable {
    let step: Int
    /// Mean negative log-probability of a token, nats.
    let loss: Double
    let gradientNorm: Double
    let learningRate: Double
    let skipped: Bool
  }

  func makeUpdater(_ context: RunContext) -> Updater {
    Updater(
      context.policy, optimizer: settings.optimizer, regularization: settings.regularization,
      steps: settings.steps, rowBudget: settings.rowBudget,
      precision: settings.productPrecision, seed: context.seed(of: position))
  }

  /// Runs the steps from `done` on.
  func run(_ context: inout RunContext, updater: Updater, done: Int) throws {
    let batches = DemonstrationBatches(
      try demonstrations(context), size: settings.batchSize, seed: context.seed(of: position))
    context.display.begin(position.name, total: settings.steps, done: done)
    for step in done..<settings.steps {
      let watch = Stopwatch()
      let statistics = updater.fit(batches[step])
      context.tally.count(statistics)
      let record = Record(
        step: step + 1, loss: statistics.diagnostics.loss,
        gradientNorm: statistics.gradientNorm, learningRate: statistics.learningRate,
        skipped: statistics.wasSkipped)
      let seconds = watch.seconds
      try context.folder.append(record, to: position.records)
      try context.folder.appendTimings(["seconds": seconds], to: position.records)
      try context.recorder.record(
        LedgerRecord(
          stage: position.number, number: step + 1, record: record, timings: ["seconds": seconds]))
      context.display.update(
        ProgressUpdate(
          done: step + 1, tokensPerSecond: Double(statistics.rows) / seconds,
          fields: [("loss", decimal(statistics.diagnostics.loss, 3))]))
      let rests = settings.checkpointEvery > 0 && (step + 1) % settings.checkpointEvery == 0
      if step + 1 < settings.steps, rests || context.isInterrupted() {
        try context.checkpoint(position, done: step + 1, updater: updater)
        try context.stopIfInterrupted()
      }
    }
    context.display.finish()
  }

  private func demonstrations(_ context: RunContext) throws -> [TrainingGroup] {
    let all: [Demonstration]
    if let from = settings.from {
      all = try SelectStage.selected(by: from, in: context).compactMap(\.demonstration)
    } else {
      all = context.training.demonstrations
    }
    let used = settings.demonstrations.map { Array(all.prefix($0)) } ?? all
    guard !used.isEmpty else {
      throw PipelineError.noDemonstrations(taskSet: settings.from ?? context.training.name)
    }
    return try used.map { try context.policy.trainingGroup($0) }
  }
}

/// The demonstrations of each supervised step: the whole list in another order each epoch.
package struct DemonstrationBatches {
  private let groups: [TrainingGroup]
  private let size: Int
  private let seed: UInt64

  /// - Precondition: At least one group, and a positive size.
  package init(_ groups: [TrainingGroup], size: Int, seed: UInt64) {
    precondition(!groups.isEmpty && size > 0, "batches of \(size) from \(groups.count)")
    (self.groups, self.size, self.seed) = (groups, size, seed)
  }

  /// What step `step`, counted from 0, learns from.
  package subscript(step: Int) -> [TrainingGroup] {
    (0..<size).map { groups[shuffled(step * size + $0, of: groups.count, seed: seed)] }
  }
}

extension Policy {
  /// A demonstration as an update takes it.
  ///
  /// - Throws: A `TokenizerError`, or ``PolicyError/promptTooLong(problem:tokens:limit:positions:)``
  ///   where it is longer than the model was made for.
  package func trainingGroup(_ demonstration: Demonstration) throws -> TrainingGroup {
    let prompt = try promptTokens(demonstration.problem.prompt)
    let answer = try answerTokens(demonstration.completion)
    guard prompt.count + answer.count <= maxPositions else {
      throw PolicyError.promptTooLong(
        problem: demonstration.problem.id, tokens: prompt.count, limit: answer.count,
        positions: maxPositions)
    }
    return TrainingGroup(prompt: prompt, sequences: [TrainingSequence(tokens: answer)])
  }
}

/// The item that stands at `position` of an endless reading of `count` items, each epoch in another
/// order.
///
/// A Feistel network over the smallest power of four that holds all items, walked until it lands on
/// one of them: a permutation that needs no memory.
///
/// - SeeAlso: Black and Rogaway 2002 (Ciphers with arbitrary finite domains), section 3.
func shuffled(_ position: Int, of count: Int, seed: UInt64) -> Int {
  let (epoch, index) = position.quotientAndRemainder(dividingBy: count)
  var halfBits = 1
  while 1 << (2 * halfBits) < count { halfBits += 1 }
  let mask = UInt64(1) << halfBits - 1
  var value = UInt64(index)
  repeat {
    var (left, right) = (value >> halfBits, value & mask)
    for round in 0..<4 {
      let key = seed &+ UInt64(epoch) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(round) << 56
      (left, right) = (right, left ^ CounterGenerator.mix(right ^ CounterGenerator.mix(key)) & mask)
    }
    value = left << halfBits | right
  } while value >= UInt64(count)
  return Int(value)
}

/// A number with so many decimals.
func decimal(_ value: Double, _ decimals: Int) -> String {
  String(format: "%.*f", decimals, value)
}
