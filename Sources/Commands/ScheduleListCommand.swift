import ArgumentParser
import Foundation
import Runs
import Scheduling

/// The command `hone schedule list`.
struct ScheduleListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists schedules: the next start, the last job, and what was passed over and why.",
    discussion: """
        hone schedule list
        hone schedule list --json
      """)

  @OptionGroup var folder: RunsFolderOptions

  @Flag(help: "Print as JSON.")
  var json = false

  func run() throws {
    let store = try folder.schedules()
    let all = try store.schedules().map { try ScheduleSummary($0, store) }
    if json { return try CommandOutput.print(json: all) }
    guard !all.isEmpty else {
      return print("There are no schedules in '\(folder.path)'. Add one with hone schedule add.")
    }
    CommandOutput.print(table: [ScheduleSummary.columns] + all.map(\.shownRow))
    for remark in all.compactMap({ $0.last?.codeRemark }) { print("\n\(remark)") }
    if let process = try ScheduleDaemon.process(in: folder.url) {
      print("\nThe daemon is at work: process \(process).")
    } else {
      print("\nNo daemon is at work, so nothing starts. Start it with hone schedule run.")
    }
  }
}
