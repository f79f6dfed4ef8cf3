package import Evaluation
package import Rollouts
import Settings

/// One stage of a pipeline, of one kind, with its settings.
package enum StageSettings: Equatable, Sendable {
  case warmUp(WarmUpSettings)
  case rollout(RolloutStageSettings)
  case select(SelectionSettings)
  case reinforce(ReinforceSettings)
  case evaluate(EvaluationSettings)
  case promote(PromoteSettings)
  case export(ExportSettings)

  /// What a stage is called in a pipeline file.
  package static let kinds = [
    "warmUp", "rollout", "select", "reinforce", "evaluate", "promote", "export",
  ]

  package var kind: String {
    switch self {
    case .warmUp: "warmUp"
    case .rollout: "rollout"
    case .select: "select"
    case .reinforce: "reinforce"
    case .evaluate: "evaluate"
    case .promote: "promote"
    case .export: "export"
    }
  }

  /// The settings as a mapping.
  var section: any SettingsSection {
    switch self {
    case .warmUp(let settings): settings
    case .rollout(let settings): settings
    case .select(let settings): settings
    case .reinforce(let settings): settings
    case .evaluate(let settings): settings
    case .promote(let settings): settings
    case .export(let settings): settings
    }
  }

  /// The earlier stage that this one reads, and what it must have made; nil where it reads none.
  var source: (name: String, output: StageOutput)? {
    switch self {
    case .warmUp(let settings): settings.from.map { ($0, .completions) }
    case .rollout(let settings): settings.from.map { ($0, .problems) }
    case .select(let settings): (settings.from, .rollouts)
    case .reinforce(let settings): settings.from.map { ($0, .problems) }
    case .evaluate, .promote, .export: nil
    }
  }

  /// Whether the stage changes the policy.
  var trains: Bool {
    switch self {
    case .warmUp, .reinforce: true
    case .rollout, .select, .evaluate, .promote, .export: false
    }
  }

  /// Whether what the stage does follows from its key alone, so that it may be taken from another run.
  var isReusable: Bool {
    switch self {
    case .warmUp, .rollout, .select, .reinforce, .evaluate: true
    case .promote, .export: false
    }
  }

  /// What the names of its record files add to the stage's (``StagePosition``).
  var recordSuffixes: [String] {
    if case .select = self { return ["", StagePosition.selectedSuffix] }
    return ["", StagePosition.rolloutsSuffix]
  }

  /// What later stages can read of this one.
  var outputs: Set<StageOutput> {
    switch self {
    case .rollout: [.rollouts]
    case .select(let settings):
      settings.keep == .middling ? [.problems] : [.problems, .completions]
    case .warmUp, .reinforce, .evaluate, .promote, .export: []
    }
  }
}

/// What one stage makes for another to read.
enum StageOutput: String, Sendable {
  /// Judged samples.
  case rollouts
  /// Problems that were chosen.
  case problems
  /// Problems with completions that were chosen.
  case completions

  /// What the name of its record file adds to the stage's.
  var suffix: String {
    self == .rollouts ? StagePosition.rolloutsSuffix : StagePosition.selectedSuffix
  }
}
