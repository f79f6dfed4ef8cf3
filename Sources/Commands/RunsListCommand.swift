import ArgumentParser
import Foundation
import Registry
import Runs

/// The command `hone runs list`.
struct RunsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists runs, the newest first.",
    usage: "hone runs list [<options>]",
    discussion: """
      A run that says it is running while no process holds its folder was killed:
      go on with it by hone run --resume. Reward is the newest round's, greedy the
      newest evaluation's or look at held-out problems.

        hone runs list
        hone runs list --status killed --status failed
        hone runs list --pipeline arithmetic-tiny --json
      """)

  @OptionGroup var folder: RunsFolderOptions

  @Option(
    help: ArgumentHelp(
      """
      Only runs that are \(RunListing.State.allCases.map(\.rawValue).joined(separator: ", ")). \
      May be repeated.
      """, valueName: "status"))
  var status: [RunListing.State] = []

  @Option(help: ArgumentHelp("Only runs of this pipeline.", valueName: "name"))
  var pipeline: String?

  @Option(help: ArgumentHelp("The most that are listed.", valueName: "n"))
  var limit = 1000

  @Flag(help: "Print as JSON.")
  var json = false

  func validate() throws {
    guard limit >= 1 else {
      throw ValidationError("--limit is \(limit), but it must be at least 1.")
    }
  }

  func run() throws {
    guard FileManager.default.fileExists(atPath: folder.path) else {
      if json { return try CommandOutput.print(json: [RunListing]()) }
      return print("There are no runs in '\(folder.path)'. Start one with hone run.")
    }
    let registry = try Registry.looking(in: folder.url)
    for unlisted in try registry.refresh() {
      CommandOutput.display().message("Not listed: \(unlisted.name): \(unlisted.reason)")
    }
    let listings = try registry.list(
      states: status.isEmpty ? nil : Set(status), pipeline: pipeline, limit: limit)
    if json { return try CommandOutput.print(json: listings) }
    guard listings.isEmpty else { return CommandOutput.print(table: Self.table(listings)) }
    print(
      status.isEmpty && pipeline == nil
        ? "There are no runs in '\(folder.path)'. Start one with hone run."
        : "No such runs in '\(folder.path)'.")
  }

  private static func table(_ listings: [RunListing]) -> [[String]] {
    let rows = listings.map { listing in
      let run = listing.run
      return [
        run.name, listing.state.rawValue, TextTable.line(run.pipeline, limit: 40),
        RunText.time(run.created),
        run.plannedRounds == 0 ? "-" : "\(run.rounds)/\(run.plannedRounds)",
        run.reward.map(TextTable.decimal) ?? "-", run.greedy.map(TextTable.decimal) ?? "-",
        listing.evaluations.map { evaluation in
          "\(TextTable.line(evaluation.name, limit: 20)) \(TextTable.decimal(evaluation.greedy))"
        }.joined(separator: ", "),
      ]
    }
    return [["run", "status", "pipeline", "started", "rounds", "reward", "greedy", "evaluations"]]
      + rows
  }
}

extension RunListing.State: ExpressibleByArgument {}
