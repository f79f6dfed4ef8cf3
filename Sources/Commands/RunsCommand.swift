import ArgumentParser
import Foundation

/// The command `hone runs`.
struct RunsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "Shows what runs did, follows one at work, and deletes what is no longer needed.",
    subcommands: [
      RunsListCommand.self,
      RunsShowCommand.self,
      RunsWatchCommand.self,
      RunsDiffCommand.self,
      RunsCollectCommand.self,
    ])
}

/// Where the runs are.
struct RunsFolderOptions: ParsableArguments {
  @Option(name: .customLong("runs"), help: ArgumentHelp("The folder of runs.", valueName: "folder"))
  var path = "runs"

  /// The folder, which need not be there.
  var url: URL { URL(filePath: path) }
}
