import ArgumentParser
import Runs
import Tasks
import Verifiers
import Workbench

/// The command `hone verifier stress`.
struct VerifierStressCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stress",
    abstract: "Attacks a verifier with texts that hold no right answer.",
    usage: "hone verifier stress <name> --tasks <tasks> [<options>]",
    discussion: """
      The attacks depend on what the verifier judges ('judges' in its manifest, or
      else what its problems look like): operators for numbers, cheating programs for
      code, mentions and hedges for facts; and for all, orders to the judge, huge and
      hidden text, forged protocol. Exits with 1 where one was paid for, or broke the
      verifier, and shows the text; also where it judged none of them.

        hone verifier stress arithmetic --tasks arithmetic/heldout --limit 20
      """)

  @Argument(help: "The verifier's name.")
  var name: String

  @Option(
    help: ArgumentHelp("A task and its split, or a JSONL file of problems.", valueName: "tasks"))
  var tasks: String

  @Option(help: "Attack only so many problems, spread over the set.")
  var limit = 20

  @OptionGroup var bench: BenchOptions

  @OptionGroup var sandbox: SandboxOptions

  @Flag(help: "Print as JSON.")
  var json = false

  func validate() throws {
    guard limit >= 1 else {
      throw ValidationError("--limit is \(limit), but it must be at least 1.")
    }
  }

  func run() async throws {
    let manifest = try VerifierCatalog.find(name)
    guard !manifest.isShaping else {
      throw ValidationError(
        """
        '\(name)' judges the form alone, so every attack in that form would pass. Attack a verifier \
        that has it as a part.
        """)
    }
    let set = try TaskCatalog.load(tasks, in: TaskCatalog.defaultFolders()).spread(limit)
    let display = CommandOutput.display()
    display.begin("stress", total: set.problems.count)
    let report = try await VerifierStress(
      manifest, settings: try bench.overrides(), on: set, weakest: sandbox.allowed,
      log: BenchOptions.log
    ).run(workers: bench.workers) { display.update(ProgressUpdate(done: $0)) }
    display.finish()
    if json { try CommandOutput.print(json: report) } else { print(report.text) }
    if !report.passed { throw ExitCode(1) }
  }
}
