import ArgumentParser
import Foundation
import Runs
import Scheduling

/// The command `hone queue gc`.
struct QueueCollectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc",
    abstract: "Deletes the records of jobs that are done; their runs stay.",
    usage: "hone queue gc --keep-last <n> [--older-than <age>] [<options>]",
    discussion: """
      Of each schedule, and of the queue, the newest n jobs that are done stay. By
      itself the daemon keeps \(JobRetention.kept) of each. What would go is counted first, and
      asked for.

        hone queue gc --keep-last 50 --dry-run
        hone queue gc --keep-last 10 --older-than 30d --yes
      """)

  @Option(help: ArgumentHelp("Keep the newest n of each schedule.", valueName: "n"))
  var keepLast: Int

  @Option(help: ArgumentHelp("Only jobs that ended so long ago: 12h, 30d, 8w.", valueName: "age"))
  var olderThan: RunsCollectCommand.Age?

  @OptionGroup var folder: RunsFolderOptions

  @Flag(help: "Show what would be deleted, and delete nothing.")
  var dryRun = false

  @Flag(help: "Delete without asking.")
  var yes = false

  @Flag(help: "Print what is deleted as JSON.")
  var json = false

  /// What `--json` prints.
  struct Report: Encodable {
    let deleted: [Int]
    let isDryRun: Bool
  }

  func validate() throws {
    guard (1...1_000_000).contains(keepLast) else {
      throw ValidationError("--keep-last is \(keepLast), but it must be from 1 to 1000000.")
    }
    if json, !yes, !dryRun {
      throw ValidationError("--json does not ask: add --yes to delete, or --dry-run to look.")
    }
  }

  func run() throws {
    let store = try folder.schedules()
    let rule = JobRetention(
      keepLast: keepLast,
      endedBefore: olderThan.map { Date(timeIntervalSinceNow: -$0.seconds) })
    let found = try store.jobs(beyond: rule)
    if !json { print(Self.text(found)) }
    guard !found.isEmpty, !dryRun else { return try report(found) }
    guard yes || RunsCollectCommand.agrees() else { return print("Nothing was deleted.") }
    let deleted = try store.delete(beyond: rule)
    if !json { print("Deleted.") }
    try report(deleted)
  }

  private func report(_ deleted: [Int]) throws {
    guard json else { return }
    try CommandOutput.print(json: Report(deleted: deleted, isDryRun: dryRun))
  }

  private static func text(_ jobs: [Int]) -> String {
    guard let first = jobs.first, let last = jobs.last else { return "There is nothing to delete." }
    return jobs.count == 1
      ? "Job \(first) would be deleted."
      : "\(TextTable.grouped(jobs.count)) jobs from \(first) to \(last) would be deleted."
  }
}
