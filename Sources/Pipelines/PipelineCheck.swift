import Evaluation
package import Foundation
import Policies
import Rollouts
import PolicyGradient
import Sandbox
import Settings
import Tasks
import Tensors
import Tokenizers
package import Training
import Transformers
import VerifierKit
import Verifiers

/// What a pipeline would do, found out without running it: everything it names is there, every
/// prompt fits, and each stage states what it regularises and how much memory it takes.
package struct PipelineCheck: Encodable {
  package let pipeline: String
  package let seed: UInt64
  package let policy: PolicySummary
  package let training: TaskSummary
  package let evaluation: TaskSummary
  /// Verifiers of the reward, in its order.
  package let verifiers: [String]
  package let sandboxLevel: String
  package let stages: [StagePlan]
  /// Which stages would be taken from runs before; nil where that was not looked at.
  package private(set) var reuse: [StageForecast]?

  package struct PolicySummary: Encodable {
    package let reference: String
    package let parameters: Int
    package let template: String
    /// Longest sequence that it was made for, in tokens.
    package let maxPositions: Int
  }

  package struct TaskSummary: Encodable {
    package let name: String
    package let problems: Int
    package let demonstrations: Int
    /// The longest prompt with its frame, in tokens.
    package let longestPrompt: Int
  }

  /// One stage, before it runs.
  package struct StagePlan: Encodable {
    package let name: String
    package let kind: String
    package let settings: AnySection
    /// Empty where nothing is trained.
    package let regularization: [RegularizationTable.Line]
    package let memory: MemoryPlan
    /// What is no fault, but should be known before it runs.
    package let notices: [String]
  }

  /// Loads what the pipeline names and plans each stage.
  ///
  /// - Parameters:
  ///   - pipeline: The pipeline.
  ///   - runs: The folder of runs that it would be run in.
  /// - Throws: What a run would be refused with.
  package init(_ pipeline: Pipeline, in runs: URL) throws {
    let parts = try PipelineRunner.Parts(pipeline, model: nil, runs: runs)
    try self.init(pipeline, parts)
    reuse = try StageForecast.all(pipeline, parts, in: runs)
  }

  /// Plans the stages of a run whose parts are loaded.
  init(_ pipeline: Pipeline, _ parts: PipelineRunner.Parts) throws {
    let policy = parts.policy
    self.pipeline = pipeline.settings.name
    seed = pipeline.settings.seed
    self.policy = PolicySummary(
      reference: pipeline.settings.policy.reference, parameters: policy.parameters.table.count,
      template: policy.template.rawValue, maxPositions: policy.maxPositions)
    let lengths = (
      training: try Self.lengths(parts.training, policy),
      evaluation: try Self.lengths(parts.evaluation, policy)
    )
    training = Self.summary(parts.training, lengths.training)
    evaluation = Self.summary(parts.evaluation, lengths.evaluation)
    verifiers = pipeline.settings.reward.map(\.verifier)
    sandboxLevel = parts.judge.sandboxLevel.rawValue
    stages = try pipeline.stages.map { stage in
      switch stage.settings {
      case .promote(let settings): try PromoteStage.check(settings, pipeline)
      case .export(let settings): try ExportStage.check(settings, stage: stage.name)
      case .warmUp, .rollout, .select, .reinforce, .evaluate: break
      }
      return try Self.plan(stage, parts: parts, lengths: lengths)
    }
  }

  // MARK: - Prompts

  private static func lengths(_ tasks: TaskSet, _ policy: Policy) throws -> [Int] {
    try tasks.problems.map { try policy.promptTokens($0.prompt).count }
  }

  private static func summary(_ tasks: TaskSet, _ lengths: [Int]) -> TaskSummary {
    TaskSummary(
      name: tasks.name, problems: tasks.problems.count, demonstrations: tasks.demonstrations.count,
      longestPrompt: lengths.max() ?? 0)
  }

  /// Refuses a problem whose prompt leaves no room for a completion.
  private static func checkRoom(
    _ tasks: TaskSet, _ lengths: ArraySlice<Int>, completion: Int, _ policy: Policy
  ) throws {
    for (problem, length) in zip(tasks.problems, lengths)
    where length == 0 || length + completion > policy.maxPositions {
      throw PolicyError.promptTooLong(
        problem: problem.id, tokens: length, limit: completion, positions: policy.maxPositions)
    }
  }

  // MARK: - Stages

  private static func plan(
    _ stage: Pipeline.Stage, parts: PipelineRunner.Parts,
    lengths: (training: [Int], evaluation: [Int])
  ) throws -> StagePlan {
    let policy = parts.policy
    func lines(_ settings: RegularizationSettings) -> [RegularizationTable.Line] {
      RegularizationTable(policy.shape, finalBlocks: settings.finalBlocks).lines(settings)
    }
    let regularization: [RegularizationTable.Line]
    let memory: MemoryPlan
    var notices: [String] = []
    switch stage.settings {
    case .warmUp(let settings):
      guard settings.from != nil || !parts.training.demonstrations.isEmpty else {
        throw PipelineError.noDemonstrations(taskSet: parts.training.name)
      }
      regularization = lines(settings.regularization)
      memory = MemoryPlan(
        policy.shape, trains: true, rows: settings.rowBudget, slots: 0, capacity: 0, promptRows: 0,
        products: settings.productPrecision)
      notices = Self.notices(of: "productPrecision", settings.productPrecision)
    case .rollout(let settings):
      let asked = lengths.training.prefix(settings.limit ?? .max)
      try checkRoom(parts.training, asked, completion: settings.maxCompletionTokens, policy)
      regularization = []
      let decoding = decoding(
        problems: min(settings.problemsAtOnce, asked.count), samples: settings.samples,
        maxRows: settings.maxRows, lengths: Array(asked))
      memory = MemoryPlan(
        policy.shape, trains: false, rows: 0, slots: decoding.slots,
        capacity: settings.maxCompletionTokens, promptRows: decoding.promptRows)
    case .select, .promote, .export:
      regularization = []
      memory = MemoryPlan(
        policy.shape, trains: false, rows: 0, slots: 0, capacity: 0, promptRows: 0)
    case .reinforce(let settings):
      let rollout = settings.rollout
      try checkRoom(
        parts.training, lengths.training[...], completion: rollout.maxCompletionTokens, policy)
      regularization = lines(settings.regularization)
      let decoding = decoding(
        problems: min(rollout.problemsPerRound, parts.training.problems.count),
        samples: rollout.groupSize, maxRows: rollout.maxRows, lengths: lengths.training)
      memory = MemoryPlan(
        policy.shape, trains: true,
        rows: min(settings.rowBudget, rows(of: settings, lengths.training)), slots: decoding.slots,
        capacity: rollout.maxCompletionTokens, promptRows: decoding.promptRows,
        precision: rollout.weightPrecision, cachePrecision: rollout.cachePrecision,
        products: settings.productPrecision,
        hasReference: settings.objective.klCoefficient > 0)
      notices =
        Self.notices(of: "weightPrecision", rollout.weightPrecision)
        + Self.notices(of: "productPrecision", settings.productPrecision)
    case .evaluate(let settings):
      let asked = lengths.evaluation.prefix(settings.limit ?? .max)
      try checkRoom(
        parts.evaluation, asked, completion: settings.maxCompletionTokens, policy)
      regularization = []
      let decoding = [1, max(1, settings.samples)].map {
        Self.decoding(
          problems: asked.count, samples: $0, maxRows: settings.maxRows, lengths: Array(asked))
      }
      memory = MemoryPlan(
        policy.shape, trains: false, rows: 0,
        slots: decoding.map(\.slots).max() ?? 1, capacity: settings.maxCompletionTokens,
        promptRows: decoding.map(\.promptRows).max() ?? 1)
    }
    return StagePlan(
      name: stage.name, kind: stage.settings.kind, settings: AnySection(stage.settings.section),
      regularization: regularization, memory: memory, notices: notices)
  }

  private static func notices(of setting: String, _ precision: ProductPrecision) -> [String] {
    precision.notices(of: setting, multipliesBytes: Workers.multipliesBytes)
  }

  /// Rows of the largest step, were all its prompts the longest and all completions as long as they
  /// may be.
  private static func rows(of settings: ReinforceSettings, _ lengths: [Int]) -> Int {
    let rollout = settings.rollout
    let steps = settings.updatesPerRound
    let groups = (min(rollout.problemsPerRound, lengths.count) + steps - 1) / steps
    return groups
      * ((lengths.max() ?? 1) + rollout.groupSize * (rollout.maxCompletionTokens - 1))
  }

  /// Completions decoded side by side, and rows of prompts beside them, as the generator lays them
  /// out at most.
  private static func decoding(
    problems: Int, samples: Int, maxRows: Int, lengths: [Int]
  ) -> (slots: Int, promptRows: Int) {
    let slots = max(1, min(maxRows, problems * samples))
    return (slots, min(problems, slots / samples + 1) * (lengths.max() ?? 1))
  }
}
