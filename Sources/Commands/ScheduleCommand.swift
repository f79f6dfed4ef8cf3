import ArgumentParser
import Foundation
import Registry
import Runs
import Scheduling

/// The command `hone schedule`.
struct ScheduleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedule",
    abstract: "Runs pipelines again and again, when their time has come.",
    discussion: """
      A schedule is kept in the folder of runs. Nothing starts by itself unless the
      daemon is at work: hone schedule run, or as a service by hone schedule install.
      """,
    subcommands: [
      ScheduleAddCommand.self, ScheduleListCommand.self, ScheduleShowCommand.self,
      ScheduleNextCommand.self, SchedulePauseCommand.self, ScheduleResumeCommand.self,
      ScheduleRemoveCommand.self, ScheduleRunCommand.self, ScheduleInstallCommand.self,
      ScheduleUninstallCommand.self, ScheduleExportCommand.self,
    ])
}

extension RunsFolderOptions {
  /// The schedules and jobs of the folder; none where it does not hold a registry.
  func schedules() throws -> ScheduleStore { ScheduleStore(try Registry.existing(in: url)) }

  /// The schedules and jobs of the folder, to be added to: it is made where it is not there.
  func schedulesToExtend() throws -> ScheduleStore { ScheduleStore(try Registry.open(in: url)) }

  /// Wakes the daemon, or says that there is none.
  func tellDaemon() throws {
    guard try !ScheduleDaemon.tell(in: url) else { return }
    CommandOutput.display().message(
      "No daemon is at work in '\(path)': start it with hone schedule run.")
  }
}
