import ArgumentParser
import Foundation
import Pipelines
import Runs
import Settings

/// The command `hone run`.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs a pipeline, or goes on with a run that was stopped.",
    usage: """
      hone run <pipeline> [--set <path=value> ...] [--runs <folder>]
               [--require-clean] [--rerun] [--detach | --json]
      hone run --resume <run> [--json]
      """,
    discussion: """
      Every setting of the pipeline can be overridden with --set, by the stage's
      name and the path of the setting. Ctrl-C finishes the round, writes a
      checkpoint and says how to go on; a run that was killed goes on from its last
      checkpoint and ends with the same bytes.

      A stage whose inputs, settings, code and seeds are those of a stage that
      another run has done is not run again: its records and its policy are taken
      from there, unless --rerun says otherwise.

        hone run pipelines/arithmetic-tiny.yaml
        hone run pipelines/arithmetic-tiny.yaml --set reinforce.rounds=50
        hone run pipelines/arithmetic-tiny.yaml --detach
        hone run pipelines/arithmetic-tiny.yaml --require-clean
        hone run --resume runs/arithmetic-tiny-1
      """)

  @Argument(help: "The pipeline's YAML file.")
  var pipeline: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Override a setting. May be repeated.", valueName: "path=value"))
  var overrides: [String] = []

  @Option(help: ArgumentHelp("Where the run's folder is made.", valueName: "folder"))
  var runs = "runs"

  @Flag(
    help: "Run all stages, also those that a run before has done with the same inputs.")
  var rerun = false

  @Option(help: ArgumentHelp("Go on with this run: its folder, or its name.", valueName: "run"))
  var resume: String?

  @Flag(help: "Run in the background; prints the run's name and how to watch or stop it.")
  var detach = false

  @Option(help: ArgumentHelp("A folder that was reserved for this run.", visibility: .hidden))
  var into: String?

  @Option(
    help: ArgumentHelp(
      "Where a model is looked for that the working folder does not have.", visibility: .hidden))
  var models: String?

  @Flag(help: "Refuse to start where files differ from the commit that is checked out.")
  var requireClean = false

  @Flag(help: "Print the report as JSON on standard output.")
  var json = false

  func validate() throws {
    if (pipeline == nil) == (resume == nil) {
      throw ValidationError("Name a pipeline to start, or a run with --resume; not both.")
    }
    if resume != nil, rerun {
      throw ValidationError("A run goes on as it began: leave out --rerun.")
    }
    if resume != nil, !overrides.isEmpty {
      throw ValidationError("A run goes on with the settings that it began with: leave out --set.")
    }
    if resume != nil, into != nil {
      throw ValidationError("--into is for a run that begins: leave it out.")
    }
    if detach, into != nil || json {
      throw ValidationError("--detach prints where the run is: leave out --json and --into.")
    }
    if resume != nil, requireClean {
      throw ValidationError("A run goes on as it began: --require-clean is for one that starts.")
    }
  }

  private var here: URL {
    URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
  }

  func run() async throws {
    if detach { return try await DetachedRun(self).start() }
    let display = ProgressDisplay(ProgressOutput(to: FileHandle.standardError))
    // The daemon asks again where it does not know whether it has asked.
    let interrupt = InterruptFlag(
      patient: [SIGTERM],
      finishing: {
        display.message("Finishing this round, then a checkpoint. Ctrl-C again stops at once.")
      })
    let runner = PipelineRunner(display: display) { interrupt.isRaised }
    let report: RunReport
    if let resume {
      report = try await runner.resume(RunFolder.named(resume, in: URL(filePath: runs)))
    } else {
      let file = URL(filePath: pipeline ?? "")
      let elsewhere = try models.map { folder in
        try ModelElsewhere.overrides(
          for: Pipeline.load(file, overrides: try overrides.map(SettingOverride.init)), in: here,
          else: URL(filePath: folder))
      }
      report = try await runner.start(
        Pipeline.load(
          file, overrides: try (overrides + (elsewhere ?? [])).map(SettingOverride.init)),
        file: file, in: URL(filePath: runs), reserved: into.map { URL(filePath: $0) },
        requiresClean: requireClean, reruns: rerun)
    }
    if json { print(String(decoding: try StableJSON.document(report), as: UTF8.self)) }
  }
}
