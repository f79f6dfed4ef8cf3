import ArgumentParser
import Foundation
import Runs
import Verifiers
import Workbench

/// The command `hone verifier replay`.
struct VerifierReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Judges recorded rollouts again.",
    usage: "hone verifier replay <run> --verifier <name> [<options>]",
    discussion: """
      Takes the rollouts that a run recorded, or a file that 'hone verify' wrote, and
      lists the verdicts of the verifier that are different today: after a change to
      it, this is what the change does. Exits with 0 where no verdict flipped, and
      with 1 where one did, or where one could not be judged.

        hone verifier replay runs/arithmetic-tiny-1 --verifier arithmetic
      """)

  @Argument(help: ArgumentHelp("A run's folder, or a file of scored rollouts.", valueName: "run"))
  var source: String

  @Option(
    name: .customLong("verifier"),
    help: ArgumentHelp("The verifier's name.", valueName: "name"))
  var name: String

  @OptionGroup var bench: BenchOptions

  @OptionGroup var sandbox: SandboxOptions

  @Flag(help: "Print as JSON.")
  var json = false

  func run() async throws {
    let replay = VerdictReplay(
      try VerifierCatalog.find(name), settings: try bench.overrides(), weakest: sandbox.allowed,
      log: BenchOptions.log)
    let report = try await replay.run(URL(filePath: source), workers: bench.workers)
    if json { try CommandOutput.print(json: report) } else { print(report.text) }
    if !report.isSame { throw ExitCode(1) }
  }
}
