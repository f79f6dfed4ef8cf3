import ArgumentParser
import Foundation
import Logging
import Settings
import VerifierKit
import Verifiers

/// The command `hone verifier`.
struct VerifierCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verifier",
    abstract: "Makes verifiers, and tries them before a policy does.",
    discussion: """
      A verifier is a folder in verifiers/, in any language; verifiers/README.md has
      the protocol.

        hone verifier list
        hone verifier new my-checker --language python
        hone verifier check my-checker
        hone verifier stress my-checker --tasks arithmetic
        hone verifier replay runs/arithmetic-tiny-1 --verifier arithmetic
        hone verifier add https://example.org/checkers.git@v1.2 --path units
      """,
    subcommands: [
      VerifierListCommand.self, VerifierNewCommand.self, VerifierCheckCommand.self,
      VerifierStressCommand.self, VerifierReplayCommand.self, VerifierAddCommand.self,
      VerifierUpdateCommand.self, VerifierRemoveCommand.self,
    ])
}

/// One verifier with its settings, as the workbench's commands ask for it.
struct BenchOptions: ParsableArguments {
  @Option(
    name: .customLong("setting"),
    help: ArgumentHelp(
      "A setting of the verifier. May be repeated.", valueName: "key=value"))
  var settings: [String] = []

  @Option(help: "Processes of the verifier.")
  var workers = 2

  func validate() throws {
    guard (1...64).contains(workers) else {
      throw ValidationError("--workers is \(workers), but it must be within 1...64.")
    }
    _ = try overrides()
  }

  /// The settings that differ from the manifest's.
  func overrides() throws -> [String: JSONValue] {
    var values: [String: JSONValue] = [:]
    for text in settings {
      let (key, value) = try VerifierOptions.setting(text)
      values[key] = value
    }
    return values
  }

  /// Restarts are part of what a report tells, so nobody needs to hear of each.
  static var log: Logger { Logger(label: "workbench") { _ in SwiftLogNoOpLogHandler() } }
}
