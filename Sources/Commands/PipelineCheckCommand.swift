import ArgumentParser
import Foundation
import Pipelines
import Settings

/// The command `hone pipeline check`.
struct PipelineCheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Checks a pipeline and says what it would do.",
    usage: "hone pipeline check <pipeline> [--set <path=value> ...] [<options>]",
    discussion: """
      Reads every setting, loads the policy, the task sets and the verifiers, and
      prints the resolved settings, which parameters each stage regularises, and the
      memory that it takes. Says which stages a run would take from one before it,
      and in what the others differ. Nothing is run or written. Bad settings exit
      with 64.

        hone pipeline check pipelines/arithmetic-tiny.yaml --set reinforce.rounds=50
      """)

  @Argument(help: "The pipeline's YAML file.")
  var pipeline: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Override a setting. May be repeated.", valueName: "path=value"))
  var overrides: [String] = []

  @OptionGroup var runsFolder: RunsFolderOptions

  @Flag(help: "Print as JSON.")
  var json = false

  func run() async throws {
    let resolved = try Pipeline.load(
      URL(filePath: pipeline), overrides: try overrides.map(SettingOverride.init))
    let check = try PipelineCheck(resolved, in: runsFolder.url)
    if json { return try CommandOutput.print(json: check) }
    print(try resolved.yaml())
    print(check.text)
  }
}
