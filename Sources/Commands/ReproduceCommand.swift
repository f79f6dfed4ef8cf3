import ArgumentParser
import Foundation
import Pipelines
import Registry
import Runs
import Settings

/// The command `hone reproduce`.
struct ReproduceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce",
    abstract: "Makes a recorded run again, and says what differs.",
    usage: "hone reproduce <run> [--rounds <n>] [--build] [<options>]",
    discussion: """
      Takes the recorded settings, seed, commit and changes. Where the working tree
      is another one by now, the commit is checked out in a cache folder, with the
      recorded changes over it, and tasks, pipelines and verifiers are taken from
      there; with --build the program, too. Then the records of both runs are
      compared byte for byte: 'identical', or the first record and field that
      differ, with exit code 1.

        hone reproduce arithmetic-tiny-1
        hone reproduce arithmetic-tiny-1 --rounds 3
        hone reproduce runs/arithmetic-tiny-1 --build --rounds 3
      """)

  @Argument(help: ArgumentHelp("A run's name, or its folder.", valueName: "run"))
  var reference: String

  @OptionGroup var folder: RunsFolderOptions

  @Option(help: "Stop after so many rounds of reinforcement, and compare what there is.")
  var rounds: Int?

  @Flag(help: "Build the program of the recorded commit, where it is another one, and run that.")
  var build = false

  @Option(
    help: ArgumentHelp(
      "Where the new run's folder is made (default: beside the recorded one).",
      valueName: "folder"))
  var into: String?

  @Flag(help: "Print as JSON.")
  var json = false

  func validate() throws {
    if let rounds, rounds < 1 {
      throw ValidationError("--rounds is \(rounds), but it must be at least 1.")
    }
  }

  /// What was found.
  struct Summary: Encodable {
    let run: String
    let reproduction: String
    /// What the code is to the recorded one: `workingTree`, `checkout` or `unknown`.
    let code: ReproductionPlan.Place
    /// Whether the program of the recorded commit was built.
    let isBuilt: Bool
    let remarks: [String]
    let comparison: RecordComparison
    /// What the two runs are made of, as far as it differs.
    let provenance: [FieldDifference]
  }

  func run() async throws {
    let original = try RunReference(reference, in: folder.url).folder.absoluteURL
    let parent =
      into.map { URL(filePath: $0, directoryHint: .isDirectory).absoluteURL }
      ?? original.deletingLastPathComponent()
    let plan = try ReproductionPlan(original)
    let display = CommandOutput.display()
    let remarks = plan.remarks + remarks(on: plan)
    remarks.forEach(display.message)
    let made: URL
    if build, let checkout = plan.checkout {
      made = try await BuiltProgram(buildingIn: checkout, of: plan.root)
        .run(plan, in: parent, rounds: rounds)
    } else {
      made = try await runHere(plan, in: parent, display)
    }
    let summary = Summary(
      run: original.path, reproduction: made.path, code: plan.place,
      isBuilt: build && plan.checkout != nil,
      remarks: remarks,
      comparison: try RecordComparison(
        original, made, isPrefix: rounds != nil || plan.manifest.status != .finished),
      provenance: try FieldDifference.all(
        plan.manifest.provenance, RunFolder.manifest(of: made).provenance
      ).filter { !$0.path.hasPrefix("pipeline.") })  // it is read from the recorded settings
    if json { try CommandOutput.print(json: summary) } else { print(summary.text) }
    if !summary.comparison.isIdentical { throw ExitCode(1) }
  }

  private func remarks(on plan: ReproductionPlan) -> [String] {
    var remarks: [String] = []
    if plan.checkout != nil, !build {
      remarks.append("The program is the present one; --build builds that of the commit.")
    } else if plan.checkout == nil, build {
      remarks.append("There is no other code to build; the present program runs.")
    }
    if plan.manifest.status != .finished {
      remarks.append("The recorded run is not finished, so what it has is compared.")
    }
    return remarks
  }

  // MARK: - Runs

  /// Runs the present program in the plan's folder.
  ///
  /// - Returns: The new run's folder.
  private func runHere(
    _ plan: ReproductionPlan, in parent: URL, _ display: ProgressDisplay
  ) async throws -> URL {
    guard FileManager.default.changeCurrentDirectoryPath(plan.folder.path) else {
      throw ReproductionError.noFolder(path: plan.folder.path)
    }
    let pipeline = try Pipeline.load(
      plan.settings, overrides: try plan.overrides().map(SettingOverride.init))
    let interrupt = InterruptFlag(finishing: {
      display.message("Finishing this round, then a checkpoint. Ctrl-C again stops at once.")
    })
    let runner = PipelineRunner(display: display, roundLimit: rounds) { interrupt.isRaised }
    do {
      let report = try await runner.start(pipeline, file: plan.settings, in: parent, reruns: true)
      return parent.appending(path: report.run, directoryHint: .isDirectory)
    } catch let stopped as RunInterrupted where rounds != nil && !interrupt.isRaised {
      return URL(filePath: stopped.run, directoryHint: .isDirectory)
    }
  }
}

extension ReproduceCommand.Summary {
  /// The summary for people.
  var text: String {
    var lines = [comparison.summary]
    if !comparison.isIdentical, !provenance.isEmpty {
      lines.append("The two runs are made of other things:")
      lines += provenance.prefix(20).map { "  \($0.text)" }
      if provenance.count > 20 { lines.append("  … all of them with --json") }
    }
    lines.append("The new run is \(reproduction).")
    return lines.joined(separator: "\n")
  }
}
