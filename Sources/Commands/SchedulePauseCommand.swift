import ArgumentParser
import Foundation
import Scheduling

/// The command `hone schedule pause`.
struct SchedulePauseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause",
    abstract: "Pauses a schedule; a job that is at work goes on.",
    discussion: """
        hone schedule pause nightly
        hone schedule pause nightly --json
      """)

  @Argument(help: "The schedule.")
  var name: String

  @OptionGroup var folder: RunsFolderOptions

  @Flag(help: "Print as JSON.")
  var json = false

  func run() throws {
    let store = try folder.schedules()
    try store.setPaused(true, name, now: Date())
    if try ScheduleDaemon.process(in: folder.url) != nil { try folder.tellDaemon() }
    let summary = try ScheduleSummary(store.schedule(name), store)
    if json { return try CommandOutput.print(json: summary) }
    print("\(name) is paused. Go on with hone schedule resume \(name).")
  }
}

/// The command `hone schedule resume`.
struct ScheduleResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Lets a paused schedule go on with the instants to come.",
    discussion: """
        hone schedule resume nightly
        hone schedule resume nightly --json
      """)

  @Argument(help: "The schedule.")
  var name: String

  @OptionGroup var folder: RunsFolderOptions

  @Flag(help: "Print as JSON.")
  var json = false

  func run() throws {
    let store = try folder.schedules()
    try store.setPaused(false, name, now: Date())
    try folder.tellDaemon()
    let summary = try ScheduleSummary(store.schedule(name), store)
    if json { return try CommandOutput.print(json: summary) }
    print("\(name) starts next at \(summary.next ?? "no time").")
  }
}

/// The command `hone schedule remove`.
struct ScheduleRemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Removes a schedule; its runs stay.",
    discussion: """
      Jobs that wait are cancelled. One that is at work goes on to its end: stop it
      with hone queue cancel.

        hone schedule remove nightly
        hone schedule remove nightly --json
      """)

  @Argument(help: "The schedule.")
  var name: String

  @OptionGroup var folder: RunsFolderOptions

  @Flag(help: "Print as JSON.")
  var json = false

  private struct Removed: Encodable {
    let removed: String
    let jobsAtWork: [Int]
  }

  func run() throws {
    let left = try folder.schedules().remove(name, now: Date())
    if try ScheduleDaemon.process(in: folder.url) != nil { try folder.tellDaemon() }
    if json {
      return try CommandOutput.print(json: Removed(removed: name, jobsAtWork: left.map(\.id)))
    }
    print("\(name) is removed.")
    for job in left {
      print("Job \(job.id) is at work still: hone queue cancel \(job.id) ends it.")
    }
  }
}
