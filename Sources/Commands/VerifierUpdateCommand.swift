import ArgumentParser
import Foundation
import Runs
import Verifiers
import Workbench

/// The command `hone verifier update`.
struct VerifierUpdateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "update",
    abstract: "Takes another commit of a verifier that was added.",
    usage: "hone verifier update <name> [--to <reference>] [--yes] [<options>]",
    discussion: """
      Shows the pinned commit and the one that the reference leads to now, and asks;
      --yes accepts without a question. A tag that was moved was promised not to:
      it is accepted only where --accept names the new commit.

        hone verifier update units
        hone verifier update units --to v1.3 --yes
        hone verifier update units --accept 3f2a91c
      """)

  @Argument(help: "The verifier's name.")
  var name: String

  @Option(
    name: .customLong("to"),
    help: ArgumentHelp("Another tag, branch or commit.", valueName: "reference"))
  var reference: String?

  @Flag(help: "Accept the new commit without a question.")
  var yes = false

  @Option(
    help: ArgumentHelp(
      "Accept exactly this commit: 7 to 40 of its digits.", valueName: "commit"))
  var accept: String?

  @OptionGroup var installation: InstallationOptions

  func validate() throws {
    if let accept, !(7...40).contains(accept.utf8.count) || !accept.allSatisfy(\.isHexDigit) {
      throw ValidationError("--accept '\(accept)' is not 7 to 40 hexadecimal digits.")
    }
  }

  func run() async throws {
    let outcome = try await installation.installation().update(name, to: reference) { change in
      try accepts(change)
    }
    try installation.show(outcome)
  }

  private func accepts(_ change: VerifierInstallation.Change) throws -> Bool {
    if let accept {
      guard change.commit.hasPrefix(accept.lowercased()) else {
        throw InstallationError.otherCommit(
          accepted: accept, reference: change.reference, commit: change.commit)
      }
      return true
    }
    guard !change.isMovedTag else {
      throw InstallationError.moved(
        name: name, reference: change.reference, isTag: true, from: change.before.commit,
        to: change.commit)
    }
    if yes { return true }
    let question = """
      \(name): \(change.before.reference) (\(change.before.commit.prefix(12))) → \
      \(change.reference) (\(change.commit.prefix(12))). Take it? [y/N]
      """
    guard isatty(STDIN_FILENO) == 1 else {
      CommandOutput.display().message(question)
      return false
    }
    FileHandle.standardError.write(Data("\(question) ".utf8))
    return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
  }
}
