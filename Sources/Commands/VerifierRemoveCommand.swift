import ArgumentParser
import Foundation
import Workbench

/// The command `hone verifier remove`.
struct VerifierRemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Removes a verifier that was added, and its pin.",
    discussion: """
      Where its files are no longer what the pin says, --yes removes them all the
      same. A verifier that was not added is left alone.

        hone verifier remove units
      """)

  @Argument(help: "The verifier's name.")
  var name: String

  @Flag(help: "Remove it also where its files were changed.")
  var yes = false

  @Option(
    help: ArgumentHelp("The folder of verifiers that it lies in.", valueName: "folder"))
  var directory = "verifiers"

  @Flag(help: "Print as JSON.")
  var json = false

  /// What was removed.
  struct Summary: Encodable {
    let name: String
    let folder: String
  }

  func run() throws {
    let folder = URL(filePath: directory, directoryHint: .isDirectory)
    try VerifierInstallation(in: folder, log: BenchOptions.log).remove(name, changesToo: yes)
    let summary = Summary(name: name, folder: folder.appending(path: name).relativePath)
    if json { return try CommandOutput.print(json: summary) }
    print("Removed \(summary.folder) and its pin.")
  }
}
