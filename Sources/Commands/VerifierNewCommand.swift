import ArgumentParser
import Foundation
import Workbench

/// The command `hone verifier new`.
struct VerifierNewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Writes a new verifier that works as it is.",
    usage: "hone verifier new <name> --language <language> [<options>]",
    discussion: """
      A folder with a manifest, a program, a table of cases and a one-page guide. A
      verifier in Python needs nothing but Python, one in shell nothing but sh and
      awk. One in Swift is a package of its own, which builds VerifierKit of Hone's
      checkout, without a network.

        hone verifier new my-checker --language python
      """)

  @Argument(help: "The verifier's name: lower-case letters, digits and hyphens.")
  var name: String

  @Option(help: "python, swift or shell.")
  var language: VerifierScaffold.Language

  @Option(
    help: ArgumentHelp("The folder of verifiers that it is put into.", valueName: "folder"))
  var directory = "verifiers"

  @Option(
    name: .customLong("hone"),
    help: ArgumentHelp(
      "Hone's checkout, for Swift (default: above this executable).", valueName: "folder"))
  var checkout: String?

  @Flag(help: "Print as JSON.")
  var json = false

  /// What was written.
  struct Summary: Encodable {
    let name: String
    let language: String
    let folder: String
    /// Commands to go on with.
    let next: [String]
  }

  func run() throws {
    let scaffold = try VerifierScaffold(
      name, language: language, in: URL(filePath: directory),
      hone: checkout.map { URL(filePath: $0) })
    let folder = try scaffold.write()
    let summary = Summary(
      name: name, language: language.rawValue, folder: folder.path, next: scaffold.nextSteps)
    if json { return try CommandOutput.print(json: summary) }
    print("Written to \(folder.path); its README.md says how to go on.")
    for step in summary.next { print("  \(step)") }
  }
}

extension VerifierScaffold.Language: ExpressibleByArgument {}
