import ArgumentParser
import Foundation
import Verifiers
import Workbench

/// The command `hone verifier list`.
struct VerifierListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists the verifiers that are found.",
    discussion: """
      Verifiers are folders with a 'verifier.yaml' in 'verifiers/' of the current
      folder, of $HONE_HOME, or above the hone executable. One that cannot be used is
      listed with what is wrong.

        hone verifier list --json
      """)

  @Flag(help: "Print as JSON.")
  var json = false

  func run() throws {
    let listings = VerifierListing.all()
    if json { return try CommandOutput.print(json: listings) }
    if listings.isEmpty {
      print("No verifiers in \(VerifierCatalog.folders().map(\.path).joined(separator: ", ")).")
    } else {
      print(listings.map(\.text).joined(separator: "\n\n"))
    }
  }
}
