import ArgumentParser
import Foundation
import Runs
import Scheduling

/// The command `hone schedule next`.
struct ScheduleNextCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "next",
    abstract: "Prints when a schedule, or an expression, runs next.",
    usage: """
      hone schedule next <name> [--count <n>] [--after <moment>] [--json]
      hone schedule next --cron <expression> [--timezone <zone>] [--count <n>]
      """,
    discussion: """
      Times are the zone's, with their offset from UTC and the jitter.

        hone schedule next nightly --count 5
        hone schedule next --cron "30 2 * * *" --timezone Europe/Paris --json
      """)

  @Argument(help: "The schedule.")
  var name: String?

  @Option(help: ArgumentHelp("An expression, in place of a schedule.", valueName: "expression"))
  var cron: String?

  @Option(help: ArgumentHelp("Whose clocks count, with --cron.", valueName: "zone"))
  var timezone: String?

  @Option(help: ArgumentHelp("How many.", valueName: "n"))
  var count = 5

  @Option(
    help: ArgumentHelp("From this moment on, like 2025-03-29T00:00:00Z.", valueName: "moment"))
  var after: String?

  @OptionGroup var folder: RunsFolderOptions

  @Flag(help: "Print as JSON.")
  var json = false

  func validate() throws {
    if (name == nil) == (cron == nil) {
      throw ValidationError("Name a schedule, or an expression with --cron; not both.")
    }
    guard (1...10_000).contains(count) else {
      throw ValidationError("--count is \(count), but it must be from 1 to 10000.")
    }
    if timezone != nil, cron == nil {
      throw ValidationError("--timezone goes with --cron: a schedule has a zone of its own.")
    }
  }

  func run() throws {
    let schedule: Schedule
    if let name {
      schedule = try folder.schedules().schedule(name).schedule
    } else {
      let zone = try timezone.map { try ScheduleZone(named: $0) } ?? .current
      schedule = Schedule(
        name: "cron", cron: try CronExpression(parsing: cron ?? ""), zone: zone,
        job: JobRequest(name: "cron", pipeline: "", folder: ""))
    }
    var date = try after.map(Self.moment) ?? Date()
    let starts = (0..<count).map { _ in
      date = schedule.next(after: date)
      return schedule.zone.text(schedule.start(of: date))
    }
    if json { return try CommandOutput.print(json: starts) }
    if schedule.isPaused { CommandOutput.display().message("\(schedule.name) is paused.") }
    print(starts.joined(separator: "\n"))
  }

  private static func moment(_ text: String) throws -> Date {
    // Years of four digits, so no sum below can overflow.
    guard text.utf8.count <= 40, let date = try? Date(text, strategy: .iso8601) else {
      throw ValidationError("--after is '\(text)', but is a moment like 2025-03-29T00:00:00Z.")
    }
    return date
  }
}
