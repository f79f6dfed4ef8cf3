package import Foundation
import Evaluation
import Rollouts
package import Settings

/// A pipeline file, resolved: every setting of every stage.
package struct Pipeline: Equatable, Sendable {
  package let settings: PipelineSettings
  package let stages: [Stage]

  /// A stage with the name that overrides and records use.
  package struct Stage: Equatable, Sendable {
    /// The kind, with a number from the second of a kind on: `reinforce`, `reinforce2`.
    package let name: String
    package let settings: StageSettings
  }

  /// Reads a file and lays overrides over it.
  package static func load(
    _ file: URL, overrides: [SettingOverride] = []
  ) throws -> Pipeline {
    try Pipeline(try SettingsTree.read(file), overrides: overrides)
  }

  /// Lays a tree and overrides over the defaults.
  ///
  /// - Throws: `SettingsError` or ``PipelineError``, with the place of what does not fit.
  package init(_ tree: SettingsTree, overrides: [SettingOverride] = []) throws {
    guard let list = tree["stages"], !list.elements.isEmpty else {
      throw PipelineError.noStages(place: "\(tree.place)")
    }
    var counts: [String: Int] = [:]
    let named = try list.elements.map { element in
      guard let entry = element.entries.first, element.entries.count == 1 else {
        throw PipelineError.notAStage(place: "\(element.place)", kinds: StageSettings.kinds)
      }
      guard StageSettings.kinds.contains(entry.name) else {
        throw SettingsError.unknownKey(
          path: "stages.\(entry.name)", known: StageSettings.kinds, place: entry.place)
      }
      counts[entry.name, default: 0] += 1
      let count = counts[entry.name] ?? 1
      return (
        kind: entry.name, name: count == 1 ? entry.name : "\(entry.name)\(count)", entry.value
      )
    }
    let names = named.map(\.name)
    let (forStages, others) = try Self.split(overrides, stages: names)
    settings = try SettingsOverlay.decode(
      PipelineSettings.self, from: tree.removing("stages"), overrides: others)
    stages = try named.map { kind, name, value in
      Stage(name: name, settings: try Self.stage(kind, name, value, forStages))
    }
    var seen: Set<String> = []
    for stage in stages {
      guard case .evaluate(let settings) = stage.settings else { continue }
      guard seen.insert(settings.name).inserted else {
        throw PipelineError.duplicateEvaluation(name: settings.name)
      }
    }
    try checkSources()
  }

  /// Refuses a stage that reads what no earlier stage makes.
  private func checkSources() throws(PipelineError) {
    for (index, stage) in stages.enumerated() {
      guard let (from, output) = stage.settings.source else { continue }
      let earlier = stages[..<index]
      let fitting = earlier.filter { $0.settings.outputs.contains(output) }.map(\.name)
      guard !fitting.contains(from) else { continue }
      throw .noSource(
        stage: stage.name, from: from, kind: earlier.first { $0.name == from }?.settings.kind,
        output: output.rawValue, fitting: fitting)
    }
  }

  private static func stage(
    _ kind: String, _ name: String, _ tree: SettingsTree, _ overrides: [SettingOverride]
  ) throws -> StageSettings {
    func decode<Section: SettingsSection>(_ type: Section.Type) throws -> Section {
      try SettingsOverlay.decode(type, from: tree, path: name, overrides: overrides)
    }
    return switch kind {
    case "warmUp": .warmUp(try decode(WarmUpSettings.self))
    case "rollout": .rollout(try decode(RolloutStageSettings.self))
    case "select": .select(try decode(SelectionSettings.self))
    case "reinforce": .reinforce(try decode(ReinforceSettings.self))
    case "promote": .promote(try decode(PromoteSettings.self))
    case "export": .export(try decode(ExportSettings.self))
    default: .evaluate(try decode(EvaluationSettings.self))
    }
  }

  /// Overrides of stages, and of what stands above the stages; one that is neither is refused.
  private static func split(
    _ overrides: [SettingOverride], stages: [String]
  ) throws -> (stages: [SettingOverride], others: [SettingOverride]) {
    let sections = try SettingsOverlay.keys(of: PipelineSettings.self)
    for override in overrides {
      guard let first = override.path.first, !(stages + sections).contains(first) else { continue }
      throw SettingsError.unknownKey(
        path: first, known: stages + sections, place: override.value.place)
    }
    func isForStage(_ override: SettingOverride) -> Bool {
      override.path.first.map(stages.contains) ?? false
    }
    return (overrides.filter(isForStage), overrides.filter { !isForStage($0) })
  }

  /// The complete settings as YAML that reads back equal.
  package func yaml() throws -> String {
    var text = try encodeYAML(settings)
    text += "stages:\n"
    for stage in stages {
      let body = try encodeYAML(AnySection(stage.settings.section))
      text += "  - \(stage.settings.kind):\n"
      for line in body.split(separator: "\n") { text += "      \(line)\n" }
    }
    return text
  }
}

/// Encodes as the section that it holds.
package struct AnySection: Encodable {
  private let section: any SettingsSection
  init(_ section: any SettingsSection) { self.section = section }
  package func encode(to encoder: any Encoder) throws { try section.encode(to: encoder) }
}

/// A pipeline that cannot run, or a run that cannot go on.
package enum PipelineError: Error, Equatable, CustomStringConvertible {
  case noStages(place: String)
  case notAStage(place: String, kinds: [String])
  case duplicateEvaluation(name: String)
  /// A stage reads what `from` does not make, or is not there before it; `kind` is nil then.
  case noSource(stage: String, from: String, kind: String?, output: String, fitting: [String])
  /// A selection that kept nothing to learn from.
  case nothingSelected(stage: String, reasons: String)
  case exportExists(stage: String, path: String)
  case noDemonstrations(taskSet: String)
  case tooManyUnscored(share: Double, limit: Double, round: Int, reasons: String)
  case verifierDisabled(place: String, reason: String)
  case samplerDisagrees(difference: Float, limit: Float, round: Int)
  case alreadyFinished(run: String)
  case otherPipeline(run: String, stage: String)
  case damagedCheckpoint(folder: String, file: String, reason: String)
  case damagedReference(folder: String, file: String, reason: String)

  package var description: String {
    switch self {
    case .noStages(let place):
      "\(place): the pipeline has no 'stages'. Add a list such as '- warmUp: {}'."
    case .notAStage(let place, let kinds):
      "\(place): a stage is one of \(kinds.joined(separator: ", ")) with its settings."
    case .duplicateEvaluation(let name):
      "Two evaluations are named '\(name)'. Give each a 'name' of its own for the report."
    case .noSource(let stage, let from, let kind, let output, let fitting):
      """
      '\(stage).from' is '\(from)', but \(Self.fault(kind, output)). \
      \(Self.advice(fitting, output))
      """
    case .nothingSelected(let stage, let reasons):
      """
      Stage '\(stage)' kept nothing to learn from: \(reasons). Sample more completions, or loosen \
      what it keeps.
      """
    case .exportExists(let stage, let path):
      """
      '\(path)', where stage '\(stage)' is to write, is there already. Name another folder, or set \
      '\(stage).overwrite' to true.
      """
    case .noDemonstrations(let taskSet):
      """
      Task set '\(taskSet)' has no demonstrations, so there is nothing to warm up on. Add them to \
      the task, or leave the warm-up out.
      """
    case .tooManyUnscored(let share, let limit, let round, let reasons):
      """
      Round \(round): \(Int((share * 100).rounded())) % of rollouts could not be scored, more than \
      'rollout.maxUnscoredShare' = \(limit). Reasons: \(reasons).
      """
    case .verifierDisabled(let place, let reason):
      """
      The run stops in \(place), since nothing can be scored any more: \(reason). Mend the verifier \
      (`hone verifier check` tries it), then go on with `hone run --resume`.
      """
    case .samplerDisagrees(let difference, let limit, let round):
      """
      Round \(round): log-probabilities of sampled tokens differ by \(difference) from those of \
      the trainer, more than \(limit). Sampler and trainer do not compute the same policy; this \
      is a defect, please report it with the run's folder.
      """
    case .alreadyFinished(let run): "Run '\(run)' is finished; there is nothing to resume."
    case .otherPipeline(let run, let stage):
      """
      The checkpoint of run '\(run)' is of a stage '\(stage)' that its settings do not have. The \
      folder was changed; start a new run.
      """
    case .damagedCheckpoint(let folder, let file, let reason):
      """
      The checkpoint '\(folder)' is damaged, so it is set aside as '\(folder).damaged': \(file) is \
      not what was written (\(reason)).
      """
    case .damagedReference(let folder, let file, let reason):
      """
      '\(folder)', the policy that the stage began with, is damaged: \(file) is not what was written \
      (\(reason)). Restore it from a copy, or start a new run with a policy of a checkpoint.
      """
    }
  }

  /// What is wrong with the stage that another one reads.
  private static func fault(_ kind: String?, _ output: String) -> String {
    guard let kind else { return "no stage of that name comes before it" }
    return "that stage, of kind \(kind), makes no \(output)"
  }

  private static func advice(_ fitting: [String], _ output: String) -> String {
    fitting.isEmpty
      ? "No earlier stage makes \(output): put one that does before it."
      : "Earlier stages that make \(output): \(fitting.joined(separator: ", "))."
  }
}
