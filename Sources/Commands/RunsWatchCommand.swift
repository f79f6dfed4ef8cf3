import ArgumentParser
import Foundation
import Registry
import Runs

/// The command `hone runs watch`.
struct RunsWatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Follows a run that another process is at work on, and ends with it.",
    usage: "hone runs watch <run> [--runs <folder>] [--json]",
    discussion: """
      Shows on standard error what the run shows itself. Exit code 0 where the run
      finished, 1 where it failed, was killed or was interrupted. Ctrl-C ends the
      watching and leaves the run alone.

        hone runs watch arithmetic-tiny-1
        hone runs watch runs/arithmetic-tiny-1 --json
      """)

  @Argument(help: ArgumentHelp("A run's name, or its folder.", valueName: "run"))
  var reference: String

  @OptionGroup var folder: RunsFolderOptions

  @Flag(help: "Print what `hone runs show` prints at the end, as JSON.")
  var json = false

  func run() async throws {
    let found = try RunReference(reference, in: folder.url)
    let follower = RunFollower(found, display: CommandOutput.display())
    let run = try await follower.follow()
    let state = try found.registry.state(of: run)
    if json {
      try CommandOutput.print(json: try RunSummary(RunReference(reference, in: folder.url)))
    } else {
      print(
        "\(run.name) is \(state.rawValue)\(run.reason.map { ": \(TextTable.line($0))" } ?? "").")
    }
    guard state == .finished else { throw ExitCode.failure }
  }
}
