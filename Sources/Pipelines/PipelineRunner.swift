import Transformers
package import Foundation
import Evaluation
import Policies
import Registry
package import Runs
import Sandbox
import Tasks
import Tensors
import Training
import Verifiers

/// Runs a pipeline from its first stage, or from where a run stopped, to its report.
package struct PipelineRunner {
  private let display: ProgressDisplay
  private let isInterrupted: @Sendable () -> Bool
  private let roundLimit: Int?

  /// - Parameters:
  ///   - display: Where progress goes.
  ///   - roundLimit: Rounds of reinforcement after which a run stops as if it were interrupted.
  ///   - isInterrupted: Asked between rounds; once it is true, a checkpoint is written and
  ///     ``RunInterrupted`` is thrown.
  package init(
    display: ProgressDisplay, roundLimit: Int? = nil,
    isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) {
    (self.display, self.roundLimit, self.isInterrupted) = (display, roundLimit, isInterrupted)
  }

  /// Starts a run of `pipeline` in a new folder below `runs`.
  ///
  /// - Parameters:
  ///   - pipeline: What is run.
  ///   - file: Where the pipeline was read from, for the record.
  ///   - runs: The folder of all runs.
  ///   - reserved: A folder that was made for the run; nil to make the next one.
  ///   - requiresClean: Whether to refuse a working tree that differs from its commit.
  ///   - reruns: Whether stages are run also where another run has done the same.
  /// - Returns: What the run found.
  /// - Throws: ``RunInterrupted``, ``UncleanTree``, ``PipelineError``, or what a stage throws.
  package func start(
    _ pipeline: Pipeline, file: URL? = nil, in runs: URL, reserved: URL? = nil,
    requiresClean: Bool = false, reruns: Bool = false
  ) async throws -> RunReport {
    // What cannot be found is found out before a folder is made.
    let parts = try Parts(pipeline, model: nil, runs: runs)
    let plan = try PipelineCheck(pipeline, parts)
    let origin = try RunOrigin(
      pipeline, file: file, parts: parts, runs: runs, requiresClean: requiresClean)
    try Registry.open(in: runs).check()
    let folder = try RunFolder.create(
      in: runs, name: pipeline.settings.name, settings: try pipeline.yaml(),
      sandboxLevel: parts.judge.sandboxLevel.rawValue, provenance: origin.provenance,
      patch: origin.patch, reserved: reserved)
    if reruns { try folder.update { $0.rerun = true } }
    display.message("\(plan.text)\n\n\(origin.summary)\n")
    return try await guarded(folder, parts) {
      try await run(pipeline, folder, parts, from: nil)
    }
  }

  /// Goes on with a run that was stopped or killed.
  package func resume(_ url: URL) async throws -> RunReport {
    let folder = try RunFolder.open(url)
    guard folder.manifest.status != .finished else {
      throw PipelineError.alreadyFinished(run: url.relativePath)
    }
    let pipeline = try Pipeline.load(url.appending(path: "settings.yaml"))
    let newest = try CheckpointStore(folder.checkpoints).newest { damage in
      display.message("\(damage)")
    }
    let parts = try Parts(
      pipeline, model: newest?.folder, runs: folder.url.deletingLastPathComponent())
    try folder.update(status: .running)
    return try await guarded(folder, parts) {
      try await run(pipeline, folder, parts, from: newest)
    }
  }

  /// What a run needs besides its folder.
  struct Parts {
    let policy: Policy
    let training: TaskSet
    let evaluation: TaskSet
    let judge: Judge

    init(_ pipeline: Pipeline, model: URL?, runs: URL) throws {
      let settings = pipeline.settings
      let named = try model == nil ? settings.policy.named.map(NamedPolicies(runs).folder) : nil
      policy = try Policy.load(
        (model ?? named)?.path ?? settings.policy.reference, template: settings.policy.template,
        system: settings.policy.system, seed: settings.seed)
      let folders = TaskCatalog.defaultFolders()
      let longest = settings.tasks.maxPromptCharacters
      training = try TaskCatalog.load(
        settings.tasks.train, in: folders, maxPromptCharacters: longest)
      evaluation = try TaskCatalog.load(
        settings.tasks.evaluation, in: folders, maxPromptCharacters: longest)
      judge = try Judge(
        terms: settings.reward, workers: pipeline.verifierWorkers,
        weakest: settings.sandbox.allowDegraded)
    }
  }

  /// Ends the verifiers, and records how the run ended.
  private func guarded(
    _ folder: RunFolder, _ parts: Parts, _ body: () async throws -> RunReport
  ) async throws -> RunReport {
    do {
      let report = try await body()
      await parts.judge.shutDown()
      try end(folder, .finished)
      return report
    } catch {
      await parts.judge.shutDown()
      let isPause = error is RunInterrupted
      do {
        try end(folder, isPause ? .interrupted : .failed, reason: "\(error)")
      } catch let another {
        // The first error is why the run ends, and often the second one's cause.
        display.message("\(another)")
      }
      throw error
    }
  }

  private func end(_ folder: RunFolder, _ status: RunStatus, reason: String? = nil) throws {
    try folder.update(status: status, reason: reason)
    try Registry.open(in: folder.url.deletingLastPathComponent()).refresh(folder.url)
  }

  // MARK: - Stages

  private func run(
    _ pipeline: Pipeline, _ folder: RunFolder, _ parts: Parts,
    from checkpoint: (state: CheckpointState, folder: URL)?
  ) async throws -> RunReport {
    let watch = Stopwatch()
    let first = checkpoint?.state.stage ?? 0
    if let state = checkpoint?.state, first < pipeline.stages.count,
      pipeline.stages[first].name != state.stageName
    {
      throw PipelineError.otherPipeline(run: folder.url.relativePath, stage: state.stageName)
    }
    let recorder = try recorder(folder, pipeline, from: checkpoint?.state)
    defer { recorder.close() }
    var context = RunContext(
      pipeline: pipeline, policy: parts.policy, training: parts.training,
      evaluation: parts.evaluation, judge: parts.judge, folder: folder, display: display,
      isAskedToStop: isInterrupted, roundLimit: roundLimit,
      checkpoints: CheckpointStore(
        folder.checkpoints, keeping: pipeline.settings.checkpoints.rule), recorder: recorder,
      tally: checkpoint?.state.tally ?? RunTally(),
      fingerprints: try StageFingerprints(
        pipeline, training: parts.training, evaluation: parts.evaluation,
        sandbox: parts.judge.sandboxLevel.rawValue),
      cache: StageCache(folder.url.deletingLastPathComponent()),
      reuses: folder.manifest.rerun != true)
    for index in first..<pipeline.stages.count {
      let resumes = index == first ? checkpoint : nil
      let beginning = try context.begin(index, done: resumes?.state.done ?? 0)
      if case .runs = beginning { try await run(stage: index, &context, from: resumes) }
      let isLast = index + 1 == pipeline.stages.count
      if isLast { _ = try recorder.drain() }
      let model =
        isLast
        ? try context.checkpoints.writeFinal(context.policy) : try context.checkpoint(after: index)
      if case .runs(let started) = beginning {
        try context.complete(index, started, model: model)
      }
      if !isLast { try context.stopIfInterrupted() }
    }
    let report = try context.report(seconds: watch.seconds)
    try folder.write(report: report)
    for comparison in report.comparisons { display.message(comparison.summary) }
    display.message("The policy is in \(folder.url.relativePath)/checkpoints/final.")
    return report
  }

  /// Cuts what was recorded after the checkpoint, and goes on recording.
  private func recorder(
    _ folder: RunFolder, _ pipeline: Pipeline, from state: CheckpointState?
  ) throws -> RunRecorder {
    for file in pipeline.recordFiles {
      try folder.truncate(file, toRecords: state?.records[file] ?? 0)
    }
    return try RunRecorder(
      folder.url,
      from: state.map { .init(stage: $0.stage + 1, done: $0.done, entries: $0.ledgerEntries) })
  }

  private func run(
    stage index: Int, _ context: inout RunContext,
    from checkpoint: (state: CheckpointState, folder: URL)?
  ) async throws {
    let stage = context.pipeline.stages[index]
    let position = StagePosition(index: index, name: stage.name)
    // A checkpoint between two stages belongs to the next, which then begins from nothing.
    let resumed = checkpoint.flatMap { $0.state.done > 0 ? $0 : nil }
    func updater(_ updater: Updater) throws -> Updater {
      if let resumed {
        try context.checkpoints.restore(updater, from: resumed.folder, state: resumed.state)
      }
      return updater
    }
    let done = resumed?.state.done ?? 0
    switch stage.settings {
    case .warmUp(let settings):
      let stage = WarmUpStage(settings: settings, position: position)
      try stage.run(&context, updater: try updater(stage.makeUpdater(context)), done: done)
    case .rollout(let settings):
      try await RolloutStage(settings: settings, position: position).run(&context, done: done)
    case .select(let settings):
      try SelectStage(settings: settings, position: position).run(context)
    case .reinforce(let settings):
      let stage = ReinforceStage(settings: settings, position: position)
      try await stage.run(&context, updater: try updater(stage.makeUpdater(context)), done: done)
    case .evaluate(let settings):
      try await EvaluateStage(settings: settings, position: position).run(context)
    case .promote(let settings):
      try await PromoteStage(settings: settings, position: position).run(context)
    case .export(let settings):
      try ExportStage(settings: settings, position: position).run(context)
    }
    context.policy.transformer.memory.release()
  }
}
