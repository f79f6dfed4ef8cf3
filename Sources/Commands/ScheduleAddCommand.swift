import ArgumentParser
import Foundation
import Scheduling

/// The command `hone schedule add`.
struct ScheduleAddCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Adds a schedule.",
    usage: """
      hone schedule add <name> --pipeline <file> --cron <expression>
        [--timezone <zone>] [<options>]
      """,
    discussion: """
      The expression has five fields: minute, hour, day of month, month, day of week,
      or is @hourly, @daily, @weekly, @monthly, @yearly. A time of the day that does
      not exist as clocks are set forward happens once, after it; one that occurs
      twice happens once, the first time. What happens in all hours (*/15 * * * *)
      follows elapsed time.

      With --at or --track, a job takes its pipeline, tasks and verifiers from a
      checkout of that commit, and not from the working tree; the program is the
      daemon's. A branch that is not there when a job should start has it skipped.

        hone schedule add nightly --pipeline p.yaml --cron "0 2 * * *"
        hone schedule add weekly --pipeline p.yaml --cron "0 3 * * SUN" \\
          --timezone Europe/Paris --set reinforce.rounds=500 --max-time 6h
        hone schedule add often --pipeline p.yaml --cron "*/30 * * * *" \\
          --overlap queue --quiet 08:00-18:00 --quiet-pause --json
        hone schedule add stable --pipeline p.yaml --cron @daily --track main
      """)

  @Argument(help: "Names the schedule and its runs.")
  var name: String

  @Option(help: ArgumentHelp("The pipeline's YAML file.", valueName: "file"))
  var pipeline: String

  @Option(help: ArgumentHelp("When it runs.", valueName: "expression"))
  var cron: String

  @Option(help: ArgumentHelp("Whose clocks count; this machine's by default.", valueName: "zone"))
  var timezone: String?

  @OptionGroup var job: JobOptions

  @Option(help: "Where a job is not done as the next comes: skip, queue or replace.")
  var overlap = OverlapPolicy.skip

  @Option(help: "Where instants were missed: runOnce for all, or skip them.")
  var misfire = MisfirePolicy.runOnce

  @Option(help: ArgumentHelp("How late still counts as on time.", valueName: "time"))
  var grace = "60s"

  @Option(help: ArgumentHelp("Start up to this much later.", valueName: "time"))
  var jitter = "0s"

  @Option(help: ArgumentHelp("Hours in which nothing starts.", valueName: "HH:MM-HH:MM"))
  var quiet: String?

  @Flag(help: "Stop a job at a checkpoint for quiet hours, and go on after them.")
  var quietPause = false

  @OptionGroup var folder: RunsFolderOptions

  @Flag(help: "Print as JSON.")
  var json = false

  func run() throws {
    let zone = try timezone.map { try ScheduleZone(named: $0) } ?? .current
    var schedule = Schedule(
      name: name, cron: try CronExpression(parsing: cron), zone: zone,
      job: try job.request(for: pipeline, name: name))
    (schedule.overlap, schedule.misfire) = (overlap, misfire)
    schedule.grace = try JobOptions.time(grace, "grace")
    schedule.jitter = try JobOptions.time(jitter, "jitter")
    schedule.job.quiet = try quiet.map { try QuietHours(parsing: $0) }
    schedule.job.pausesInQuiet = quietPause
    schedule.job.zone = zone
    let store = try folder.schedulesToExtend()
    try store.add(schedule, now: Date())
    try folder.tellDaemon()
    let progress = try store.schedule(name)
    if json { return try CommandOutput.print(json: ScheduleSummary(progress, store)) }
    print("\(name) starts next at \(zone.text(schedule.start(of: progress.next))).")
  }
}

extension OverlapPolicy: ExpressibleByArgument {}
extension MisfirePolicy: ExpressibleByArgument {}
