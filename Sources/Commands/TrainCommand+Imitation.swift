import Foundation
import Pipelines
import Policies
import PolicyGradient
import Runs
import Settings
import Tasks
import Training

/// `hone train --demonstrations`: the stage `warmUp`, from files.
extension TrainCommand {
  /// What the steps did.
  struct ImitationSummary: Encodable {
    let demonstrations: Int
    let steps: Int
    /// Steps whose gradient was not finite, which changed nothing.
    let skippedSteps: Int
    /// Mean negative log-probability of a token in the first step and in the last one, nats.
    let firstLoss: Double
    let lastLoss: Double
    let output: String
  }

  /// Runs the steps and writes the model.
  func imitate(_ demonstrations: String) throws {
    let settings = try settings(WarmUpSettings.self)
    if let from = settings.from {
      throw InvalidSetting(
        key: "from", value: "'\(from)'", rule: "only a stage of a pipeline has stages before it")
    }
    let folder = try OutputFile.folder(
      output, inputs: [demonstrations, policyOptions.reference, policyOptions.path])
    let set = try TaskCatalog.load(demonstrations, in: TaskCatalog.defaultFolders())
    let used = set.demonstrations.prefix(settings.demonstrations ?? .max)
    guard !used.isEmpty else { throw PipelineError.noDemonstrations(taskSet: set.name) }
    let policy = try policyOptions.load()
    let batches = DemonstrationBatches(
      try used.map { try policy.trainingGroup($0) }, size: settings.batchSize, seed: Self.seed)
    let updater = Updater(
      policy, optimizer: settings.optimizer, regularization: settings.regularization,
      steps: settings.steps, rowBudget: settings.rowBudget,
      precision: settings.productPrecision, seed: Self.seed)
    let display = CommandOutput.display()
    display.begin("train", total: settings.steps)
    var losses: [Double] = []
    var skipped = 0
    for step in 0..<settings.steps {
      let statistics = updater.fit(batches[step])
      losses.append(statistics.diagnostics.loss)
      skipped += statistics.wasSkipped ? 1 : 0
      display.update(
        ProgressUpdate(
          done: step + 1,
          fields: [("loss", TextTable.decimal(statistics.diagnostics.loss))]))
    }
    display.finish()
    try policy.write(to: folder)
    let summary = ImitationSummary(
      demonstrations: used.count, steps: settings.steps, skippedSteps: skipped,
      firstLoss: losses.first ?? 0, lastLoss: losses.last ?? 0, output: output)
    if json { return try CommandOutput.print(json: summary) }
    print(
      "\(summary.steps) steps on \(summary.demonstrations) demonstrations: loss "
        + "\(TextTable.decimal(summary.firstLoss)) to \(TextTable.decimal(summary.lastLoss)); "
        + "written to \(output)")
  }

  /// Decides the order of demonstrations and what dropout drops.
  private static let seed: UInt64 = 1
}
