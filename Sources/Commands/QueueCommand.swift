import ArgumentParser
import Foundation
import Runs
import Scheduling

/// The command `hone queue`.
struct QueueCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "queue",
    abstract: "Runs pipelines once, when there is room.",
    subcommands: [
      QueueAddCommand.self, QueueListCommand.self, QueueCancelCommand.self,
      QueueCollectCommand.self,
    ])
}

/// The command `hone queue add`.
struct QueueAddCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Puts pipelines into the queue of the daemon.",
    usage: "hone queue add <pipelines> ... [--set <path=value> ...] [<options>]",
    discussion: """
        hone queue add pipelines/arithmetic-tiny.yaml
        hone queue add a.yaml b.yaml --priority 5 --max-time 2h --json
        hone queue add pipelines/arithmetic-tiny.yaml --at HEAD~1
      """)

  @Argument(help: "The pipelines' YAML files.")
  var pipelines: [String]

  @OptionGroup var job: JobOptions

  @OptionGroup var folder: RunsFolderOptions

  @Flag(help: "Print as JSON.")
  var json = false

  func run() throws {
    // All are read before one is put into the queue.
    let requests = try pipelines.map { try job.request(for: $0, name: nil) }
    let store = try folder.schedulesToExtend()
    let jobs = try requests.map { try store.enqueue($0, now: Date()) }
    try folder.tellDaemon()
    if json { return try CommandOutput.print(json: jobs.map(\.id)) }
    for job in jobs { print("Job \(job.id): \(job.request.name)") }
  }
}

/// The command `hone queue list`.
struct QueueListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists jobs, of schedules and of the queue, the newest first.",
    discussion: """
        hone queue list
        hone queue list --done 50 --json
      """)

  @Option(help: ArgumentHelp("The most of those that are done.", valueName: "n"))
  var done = 20

  @OptionGroup var folder: RunsFolderOptions

  @Flag(help: "Print as JSON.")
  var json = false

  func validate() throws {
    guard (0...100_000).contains(done) else {
      throw ValidationError("--done is \(done), but it must be from 0 to 100000.")
    }
  }

  func run() throws {
    let jobs = try folder.schedules().jobs(done: done).map { JobSummary($0) }
    if json { return try CommandOutput.print(json: jobs) }
    guard !jobs.isEmpty else { return print("There are no jobs in '\(folder.path)'.") }
    CommandOutput.print(table: [JobSummary.columns] + jobs.map(\.shownRow))
  }
}

/// The command `hone queue cancel`.
struct QueueCancelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "Cancels jobs; one at work is stopped after a checkpoint.",
    discussion: """
        hone queue cancel 12
        hone queue cancel 12 13 --json
      """)

  @Argument(help: "The jobs' numbers.")
  var jobs: [Int]

  @OptionGroup var folder: RunsFolderOptions

  @Flag(help: "Print as JSON.")
  var json = false

  func run() throws {
    let store = try folder.schedules()
    let before = try jobs.map { try store.cancel($0, now: Date()) }
    if before.contains(where: \.phase.isActive) { try folder.tellDaemon() }
    if json { return try CommandOutput.print(json: before.map(\.id)) }
    for job in before {
      print(
        job.phase.isActive
          ? "Job \(job.id) stops after a checkpoint; its run can be resumed by hand."
          : "Job \(job.id) is cancelled.")
    }
  }
}
