import ArgumentParser
import Verifiers
import Workbench

/// The command `hone verifier check`.
struct VerifierCheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Holds a verifier to its own cases.",
    usage: "hone verifier check <name> [<options>]",
    discussion: """
      Each row of its 'cases.jsonl' must be judged as it says; right answers with a
      digit, the sign or a letter changed, or a second answer appended, must fail;
      and the verdicts must be the same when asked again, in another order, and
      between other requests. Exits with 1 where a promise is broken, and shows the
      text that breaks it.

        hone verifier check arithmetic
      """)

  @Argument(help: "The verifier's name.")
  var name: String

  @OptionGroup var sandbox: SandboxOptions

  @Flag(help: "Print as JSON.")
  var json = false

  func run() async throws {
    let check = try VerifierCheck(
      try VerifierCatalog.find(name), weakest: sandbox.allowed, log: BenchOptions.log)
    let report = try await check.run()
    if json { try CommandOutput.print(json: report) } else { print(report.text) }
    if !report.passed { throw ExitCode(1) }
  }
}
