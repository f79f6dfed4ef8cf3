import ArgumentParser
import Foundation
import Pipelines
import Settings
import Training

/// `hone pipeline check`.
struct PipelineCheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Checks a pipeline and says what it would do.",
    discussion: """
      Reads every setting, loads the policy, the task sets and the verifiers, and prints
      the resolved settings, which parameters each stage regularises, and the memory
      that it takes. Nothing is run or written. Bad settings exit with 64.

        hone pipeline check pipelines/arithmetic-tiny.yaml --set reinforce.rounds=50
      """)

  @Argument(help: "The pipeline's YAML file.")
  var pipeline: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Override a setting. May be repeated.", valueName: "path=value"))
  var overrides: [String] = []

  @Flag(help: "Print as JSON.")
  var json = false

  func run() async throws {
    let resolved = try Pipeline.load(
      URL(filePath: pipeline), overrides: try overrides.map(SettingOverride.init))
    let check = try PipelineCheck(resolved)
    if json { return try CommandOutput.print(json: check) }
    print(try resolved.yaml())
    print(Self.text(check))
  }

  static func text(_ check: PipelineCheck) -> String {
    func tasks(_ summary: PipelineCheck.TaskSummary) -> String {
      "\(summary.name): \(summary.problems) problems, \(summary.demonstrations) demonstrations, "
        + "prompts up to \(summary.longestPrompt) tokens"
    }
    let parameters = CommandOutput.grouped(check.policy.parameters)
    var parts = [
      CommandOutput.table([
        (
          "policy",
          "\(check.policy.reference): \(parameters) parameters, template \(check.policy.template)"
        ),
        ("training", tasks(check.training)),
        ("evaluation", tasks(check.evaluation)),
        ("verifiers", "\(check.verifiers.joined(separator: ", ")), jail \(check.sandboxLevel)"),
      ])
    ]
    for stage in check.stages { parts.append(text(stage)) }
    return parts.joined(separator: "\n\n")
  }

  private static func text(_ stage: PipelineCheck.StagePlan) -> String {
    var rows: [(String, String)] = []
    for line in stage.regularization {
      rows.append(
        (
          "  \(line.group.rawValue)",
          "\(CommandOutput.grouped(line.values)) values, weight decay \(line.weightDecay), "
            + "dropout \(line.dropout): \(line.what)"
        ))
    }
    let memory = stage.memory
    let portions = [
      ("weights", memory.weights), ("gradients and moments", memory.optimizer),
      ("activations", memory.activations), ("logits", memory.logits), ("cache", memory.cache),
      ("reference", memory.reference),
    ].filter { $0.1 > 0 }.map { "\($0.0) \(CommandOutput.bytes($0.1))" }
    rows.append(
      (
        "  memory",
        "\(CommandOutput.bytes(memory.total)): \(portions.joined(separator: ", "))"
      ))
    return "\(stage.name)\n" + CommandOutput.table(rows)
  }
}
