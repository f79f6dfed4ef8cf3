import ArgumentParser
import Foundation
import Provenance
import Runs
import Verifiers
import Workbench

/// The command `hone verifier add`.
struct VerifierAddCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Takes a verifier from a git repository, and pins it.",
    usage: "hone verifier add <repository>[@<reference>] [--path <folder>]",
    discussion: """
      The files of the commit are put into 'verifiers/' once they pass the
      verifier's own cases in the jail, and 'verifiers.lock' pins repository,
      commit and digest; commit both. Links, submodules and names that could lie
      elsewhere are refused, and so is a tag that was moved. A pinned verifier
      whose files were changed is not used any more.

        hone verifier add https://example.org/checkers.git@v1.2 --path units
        hone verifier add ../checkers@main --name units
      """)

  @Argument(
    help: ArgumentHelp(
      """
      An https:// or file:// address, or a folder; a tag, branch or commit behind '@' (default: \
      the repository's default branch).
      """, valueName: "repository"))
  var repository: String

  @Option(help: ArgumentHelp("The verifier's folder in the repository.", valueName: "folder"))
  var path: String?

  @Option(help: "The verifier's name: 'verifiers/NAME' of the repository, without --path.")
  var name: String?

  @OptionGroup var installation: InstallationOptions

  func run() async throws {
    let (url, reference) = RepositoryAddress.split(repository)
    let outcome = try await installation.installation().add(
      VerifierInstallation.Request(url: url, reference: reference, path: path, name: name))
    try installation.show(outcome)
  }
}

/// Where verifiers are put, and how they are checked.
struct InstallationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The folder of verifiers that it is put into.", valueName: "folder"))
  var directory = "verifiers"

  @OptionGroup var sandbox: SandboxOptions

  @Flag(help: "Print as JSON.")
  var json = false

  func installation() -> VerifierInstallation {
    VerifierInstallation(
      in: URL(filePath: directory, directoryHint: .isDirectory), weakest: sandbox.allowed,
      log: BenchOptions.log)
  }

  /// Tells what was done.
  func show(_ outcome: VerifierInstallation.Outcome) throws {
    if json { return try CommandOutput.print(json: outcome) }
    let pin = outcome.pin
    let place = TextTable.line(
      "\(pin.kind) \(pin.reference) (\(pin.commit.prefix(12))) of \(pin.url)", limit: .max)
    guard outcome.isChanged else {
      return print("\(outcome.name) is what it is pinned to: \(place).")
    }
    let rows = "its \(outcome.checkedRows) cases hold"
    let lock = VerifierPins.fileName
    if let before = outcome.before, before != pin.commit {
      print("\(outcome.name): \(before.prefix(12)) → \(place); \(rows). Commit \(lock), too.")
    } else {
      print("\(outcome.name) is \(place); \(rows). Commit it with \(lock).")
    }
  }
}
