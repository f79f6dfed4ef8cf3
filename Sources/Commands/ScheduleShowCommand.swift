import ArgumentParser
import Foundation
import Runs
import Scheduling

/// The command `hone schedule show`.
struct ScheduleShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Shows a schedule, its jobs, and what was passed over and why.",
    discussion: """
        hone schedule show nightly
        hone schedule show nightly --json
      """)

  @Argument(help: "The schedule.")
  var name: String

  @Option(help: ArgumentHelp("The most jobs, and instants passed over.", valueName: "n"))
  var limit = 10

  @OptionGroup var folder: RunsFolderOptions

  @Flag(help: "Print as JSON.")
  var json = false

  /// All that is shown.
  private struct Shown: Encodable {
    let summary: ScheduleSummary
    let jobs: [JobSummary]
    let skipped: [ScheduleSummary.Skipped]
  }

  func validate() throws {
    guard (1...10_000).contains(limit) else {
      throw ValidationError("--limit is \(limit), but it must be from 1 to 10000.")
    }
  }

  func run() throws {
    let store = try folder.schedules()
    let progress = try store.schedule(name)
    let (schedule, zone) = (progress.schedule, progress.schedule.zone)
    let shown = Shown(
      summary: try ScheduleSummary(progress, store),
      jobs: try store.jobs(schedule: name, done: limit).map { JobSummary($0, zone: zone) },
      skipped: try store.skipped(name, limit: limit).map { ScheduleSummary.Skipped($0, zone) })
    if json { return try CommandOutput.print(json: shown) }
    let job = schedule.job
    var rows = [
      ("pipeline", job.pipeline), ("working folder", job.folder),
      ("code", job.code?.text ?? "the working folder's"),
      ("overrides", job.overrides.joined(separator: " ")),
      ("cron", "\(schedule.cron) in \(zone)"), ("next", shown.summary.next ?? "paused"),
      ("overlap", schedule.overlap.rawValue), ("misfire", schedule.misfire.rawValue),
      ("grace", "\(schedule.grace)"), ("jitter", "\(schedule.jitter)"),
      ("retries", "\(job.retries.limit), the first after \(job.retries.delay)"),
      ("time", job.budget.time.map { "\($0)" } ?? "unbounded"),
      ("memory", job.budget.memory.map { "\($0)" } ?? "unbounded"),
      ("priority", "\(job.priority)"),
    ]
    if let quiet = job.quiet {
      rows.append(("quiet", "\(quiet)\(job.pausesInQuiet ? ", running jobs pause" : "")"))
    }
    if !job.hook.isEmpty { rows.append(("hook", ShellWords.line(job.hook))) }
    print(TextTable.lines(rows.map { (name: $0.0, value: TextTable.line($0.1, limit: 5000)) }))
    if !shown.jobs.isEmpty {
      print()
      CommandOutput.print(table: [JobSummary.columns] + shown.jobs.map(\.shownRow))
    }
    for skipped in shown.skipped {
      let span = skipped.first == skipped.last ? "" : "\(skipped.first) to "
      print(
        "Passed over: \(span)\(skipped.last) (\(skipped.count)): \(TextTable.line(skipped.reason))."
      )
    }
  }
}
