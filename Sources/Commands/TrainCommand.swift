import ArgumentParser
import Foundation
import Policies
import PolicyGradient
import Rollouts
import Runs
import Settings
import Training

/// The command `hone train`.
struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Makes one policy-gradient update from judged rollouts, or imitates.",
    usage: """
      hone train --policy <model> --scored <file> --output <folder> [<options>]
      hone train --policy <model> --demonstrations <tasks> --output <folder>
      """,
    discussion: """
      Rows of one problem are a group; a group whose completions all scored the
      same holds no lesson and is left out, as are unscored rows. Rows without
      'tokens' and 'logProbs' are tokenised and scored by the policy first. Writes
      a model folder that Hugging Face transformers loads.

        hone train --policy models/smollm2-135m.gguf --scored scored.jsonl \\
          --output models/smollm2-trained --preset dapo --learning-rate 1e-5

      With --demonstrations the policy imitates completions instead, such as those
      that 'hone select' kept, as the stage warmUp does.

        hone train --policy tiny --demonstrations chosen.jsonl --output better \\
          --set steps=60 --set batchSize=32

      Every other setting of the update is reached with --set, for example
      --set objective.klCoefficient=0.01 or --set optimizer.gradientClip=0.5.
      """)

  @OptionGroup var policyOptions: PolicyOptions

  @Option(help: ArgumentHelp("Rollouts that 'hone verify' judged.", valueName: "file"))
  var scored: String?

  @Option(
    help: ArgumentHelp(
      "Completions to imitate: a file of 'hone select', or a task such as arithmetic/train.",
      valueName: "tasks"))
  var demonstrations: String?

  @Option(help: ArgumentHelp("Where the model folder is written.", valueName: "folder"))
  var output: String

  @Option(help: ArgumentHelp("A published objective: \(Self.presets).", valueName: "name"))
  var preset: String?

  @Option(help: "How far the weights move. [default: 1e-5; 1e-3 with --demonstrations]")
  var learningRate: String?

  @Option(help: "Last blocks that are never regularised. [default: 1]")
  var finalBlocks: String?

  @Option(help: "Temperature of the samples, where rows do not say it. [default: 1]")
  var temperature: Double?

  @Option(
    help: ArgumentHelp(
      "The policy of the KL term. [default: the policy before the update]", valueName: "model"))
  var reference: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Another setting of the update. May be repeated.", valueName: "path=value"))
  var overrides: [String] = []

  @Flag(help: "Print what the update did as JSON.")
  var json = false

  private static let presets = ObjectivePreset.allCases.map(\.rawValue).joined(separator: ", ")

  /// What the update did.
  struct Summary: Encodable {
    let counts: ScoredRollouts.Counts
    let completions: Int
    let tokens: Int
    let learningRate: Double
    let gradientNorm: Double
    /// Mean entropy of the policy before the update, nats per token.
    let entropy: Double
    let clipFraction: Double
    /// Largest difference between the rows' log-probabilities and the policy's, nats.
    let largestLogRatio: Double
    /// Whether that is more than rounding makes of one policy.
    let wroteAnotherPolicy: Bool
    /// Whether the gradient was not finite, so that the weights are as before.
    let wasSkipped: Bool
    let output: String
  }

  func validate() throws {
    guard (scored == nil) != (demonstrations == nil) else {
      throw ValidationError("Name what to learn from: --scored or --demonstrations, one of them.")
    }
    let forRollouts = [
      ("--preset", preset), ("--temperature", temperature.map { "\($0)" }),
      ("--reference", reference),
    ]
    if demonstrations != nil, let (option, _) = forRollouts.first(where: { $0.1 != nil }) {
      throw ValidationError("\(option) belongs to --scored; completions are imitated without it.")
    }
  }

  func run() async throws {
    if let demonstrations { return try imitate(demonstrations) }
    guard let scored else { return }
    let settings = try updateSettings()
    let folder = try OutputFile.folder(
      output, inputs: [scored, policyOptions.reference, policyOptions.path])
    let rollouts = try RolloutFile.read(scored)
    let policy = try policyOptions.load()
    let display = CommandOutput.display()
    display.message("Reading \(rollouts.count) rollouts")
    let lessons = try ScoredRollouts(
      rollouts, policy: policy, temperature: temperature, rowBudget: settings.rowBudget,
      as: settings.productPrecision)
    let longest = lessons.longestCompletion
    try settings.objective.check(groupSize: 2, hasReference: true, maximumLength: longest)
    for line in Self.remarks(lessons.counts) { display.message(line) }
    let objective = Objective(settings.objective)
    let referencePolicy =
      try reference.map { try Policy.load($0) } ?? (objective.needsReference ? policy : nil)
    let updater = Updater(
      policy, optimizer: settings.optimizer, regularization: settings.regularization, steps: 1,
      rowBudget: settings.rowBudget, precision: settings.productPrecision, seed: settings.seed)
    let statistics = updater.improve(
      lessons.trainingGroups(objective, reference: referencePolicy), objective: objective,
      temperature: Float(lessons.temperature), maximumLength: longest)
    try policy.write(to: folder)
    let diagnostics = statistics.diagnostics
    try report(
      Summary(
        counts: lessons.counts,
        completions: lessons.groups.reduce(0) { $0 + $1.rollouts.count },
        tokens: diagnostics.tokens, learningRate: statistics.learningRate,
        gradientNorm: statistics.gradientNorm, entropy: diagnostics.meanEntropy,
        clipFraction: diagnostics.clipFraction, largestLogRatio: diagnostics.largestLogRatio,
        wroteAnotherPolicy: diagnostics.largestLogRatio > settings.largestOwnGap,
        wasSkipped: statistics.wasSkipped,
        output: output))
  }

  /// The defaults with what the options say.
  private func updateSettings() throws -> UpdateSettings {
    try settings(UpdateSettings.self, also: [("objective.preset", preset)])
  }

  func settings<Section: SettingsSection>(
    _ type: Section.Type, also: [(path: String, value: String?)] = []
  ) throws -> Section {
    let named =
      also + [
        ("optimizer.learningRate", learningRate), ("regularization.finalBlocks", finalBlocks),
      ]
    let written = named.compactMap { path, value in value.map { "\(path)=\($0)" } } + overrides
    return try SettingsOverlay.decode(
      type, from: .empty, overrides: written.map(SettingOverride.init))
  }

  /// What a reader should know about rows that were completed or left out.
  private static func remarks(_ counts: ScoredRollouts.Counts) -> [String] {
    var lines: [String] = []
    if counts.tokenized > 0 {
      lines.append(
        "\(counts.tokenized) rows had no tokens: their text was tokenised, and the policy counts "
          + "as the one that wrote it")
    } else if counts.scored > 0 {
      lines.append("\(counts.scored) rows had no logProbs: the policy scored them")
    }
    if counts.unscored > 0 { lines.append("\(counts.unscored) unscored rows were left out") }
    if counts.uniformGroups > 0 {
      lines.append(
        "\(counts.uniformGroups) of \(counts.problems) problems were left out: all of their "
          + "completions scored the same")
    }
    return lines
  }

  private func report(_ summary: Summary) throws {
    if json { return try CommandOutput.print(json: summary) }
    if summary.wasSkipped {
      print("The gradient was not finite, so the weights in \(output) are as before.")
      return
    }
    print(
      "One update from \(summary.completions) completions (\(summary.tokens) tokens): "
        + "gradient norm \(TextTable.decimal(summary.gradientNorm)), "
        + "learning rate \(summary.learningRate); written to \(output)")
    if summary.wroteAnotherPolicy {
      print(
        "The rows' log-probabilities differ from this policy's by up to "
          + "\(TextTable.decimal(summary.largestLogRatio)) nats: another policy wrote them.")
    }
  }
}
