package import Evaluation
import Foundation
import Policies
import Registry
import Rollouts
import Runs
package import Settings
import Tasks
package import VerifierKit
import Verifiers

/// A stage that gives the policy a name, where it is better than the one that has it.
package struct PromoteSettings: SettingsSection {
  /// The name.
  package var to = "champion"
  /// The held-out problems that decide; `null` for those of the pipeline.
  package var tasks: String?
  /// Task sets on which the policy must not get worse.
  package var guards: [String] = []
  /// An independent verifier, which judges the same answers.
  package var second: String?
  /// Its settings that differ from its manifest's.
  package var secondSettings: [String: JSONValue] = [:]
  package var gate = GateSettings()
  /// Problems of each set, the first ones; `null` for all.
  package var limit: Int?
  /// Completions per problem, for `gate.metric: sampled`.
  package var samples = 0
  /// Tokens of an answer, the end included.
  package var maxCompletionTokens = 64
  /// Texts that end an answer.
  package var stopTexts: [String] = []
  /// Completions that are decoded side by side.
  package var maxRows = 256

  package init() {}

  package func validate() throws(InvalidSetting) {
    do throws(RunError) {
      try RunName.check(to, of: "policy")
    } catch {
      throw InvalidSetting(
        key: "to", value: "'\(to)'",
        rule: "it names a folder: letters, digits, '-', '_' and '.', a letter or digit first")
    }
    guard second != nil || !gate.needsSecond else {
      throw InvalidSetting(
        key: "second", value: "null",
        rule: "the gate asks a second verifier; name one, or write 'gate: { needsSecond: false }'")
    }
    guard gate.metric == .greedy || samples > 0 else {
      throw InvalidSetting(
        key: "samples", value: "0", rule: "'gate.metric: sampled' compares samples")
    }
    try evaluation.validate()
  }

  /// How problems are asked.
  var evaluation: EvaluationSettings {
    var evaluation = EvaluationSettings()
    evaluation.name = "promotion"
    (evaluation.limit, evaluation.samples) = (limit, samples)
    (evaluation.maxCompletionTokens, evaluation.stopTexts) = (maxCompletionTokens, stopTexts)
    evaluation.maxRows = maxRows
    return evaluation
  }
}

/// Compares the policy with the one that has the name.
///
/// What it finds depends on who has the name, so it is never taken from another run.
struct PromoteStage {
  let settings: PromoteSettings
  let position: StagePosition

  /// What was decided, and who has the name since.
  struct Record: Codable, Sendable {
    let to: String
    let action: PromotionEntry.Action
    let number: Int?
    let previous: Int?
    let decision: PromotionDecision
  }

  func run(_ context: RunContext) async throws {
    let second = try Self.secondJudge(settings, context.pipeline.settings)
    do {
      try await decide(context, second)
      await second?.shutDown()
    } catch {
      await second?.shutDown()
      throw error
    }
  }

  private func decide(_ context: RunContext, _ second: Judge?) async throws {
    let watch = Stopwatch()
    let policies = NamedPolicies(context.folder.url.deletingLastPathComponent())
    let trial = GateTrial(
      settings.evaluation,
      on: try settings.tasks.map { try Self.load($0, context.pipeline) } ?? context.evaluation,
      guarded: try settings.guards.map { try Self.load($0, context.pipeline) },
      judge: context.judge, second: second)
    let model = try context.checkpoints.writeCandidate(position.records, context.policy)
    let promotion = Promotion(
      name: settings.to, run: context.folder.manifest.name, model: model, policies: policies,
      gate: settings.gate, trial: trial, judges: [context.judge] + [second].compactMap { $0 })
    let (entry, decision) = try await promotion.decide(
      context.policy, context.display, keepsOwn: true)
    try FileManager.default.removeItem(at: model)
    context.display.message("\(position.name) to \(settings.to):\n\(decision.text)")
    let record = Record(
      to: settings.to, action: entry.action, number: entry.number, previous: entry.previous,
      decision: decision)
    let timings = ["seconds": watch.seconds]
    try context.folder.append(record, to: position.records)
    try context.folder.appendTimings(timings, to: position.records)
    try context.recorder.record(
      LedgerRecord(stage: position.number, number: 1, record: record, timings: timings))
  }

  // MARK: - What it needs

  /// Finds all that the stage names, before a run begins.
  static func check(_ settings: PromoteSettings, _ pipeline: Pipeline) throws {
    for reference in settings.guards + [settings.tasks].compactMap({ $0 }) {
      _ = try load(reference, pipeline)
    }
    _ = try secondJudge(settings, pipeline.settings)
  }

  private static func load(_ reference: String, _ pipeline: Pipeline) throws -> TaskSet {
    try TaskCatalog.load(
      reference, in: TaskCatalog.defaultFolders(),
      maxPromptCharacters: pipeline.settings.tasks.maxPromptCharacters)
  }

  private static func secondJudge(
    _ settings: PromoteSettings, _ pipeline: PipelineSettings
  ) throws -> Judge? {
    guard let second = settings.second else { return nil }
    let term = RewardTerm(verifier: second, onlyIf: .always, settings: settings.secondSettings)
    try Promotion.requireIndependence(of: term, from: pipeline.reward)
    return try Judge(terms: [term], weakest: pipeline.sandbox.allowDegraded)
  }
}
