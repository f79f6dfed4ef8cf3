import ArgumentParser
import Foundation
import Runs
import Scheduling

/// The command `hone schedule uninstall`.
struct ScheduleUninstallCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "uninstall",
    abstract: "Removes the systemd unit that hone schedule install wrote.",
    discussion: """
      Schedules, jobs and runs stay. A daemon that is at work as a service is
      stopped, after a checkpoint of its jobs, only with --disable.

        hone schedule uninstall --disable
        hone schedule uninstall --json
      """)

  @Flag(help: "Let systemctl stop the daemon first, now and for each login.")
  var disable = false

  @Flag(help: "Print as JSON.")
  var json = false

  private struct Uninstalled: Encodable {
    let unit: String
    let isDisabled: Bool
  }

  func run() async throws {
    let file = ScheduleInstallCommand.unitFile()
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw ServiceError.notInstalled(file: file.path)
    }
    if disable {
      try await ScheduleInstallCommand.run(
        ["systemctl", "--user", "disable", "--now", ServiceUnit.name])
    }
    try FileManager.default.removeItem(at: file)
    if disable { try await ScheduleInstallCommand.run(["systemctl", "--user", "daemon-reload"]) }
    if json {
      return try CommandOutput.print(json: Uninstalled(unit: file.path, isDisabled: disable))
    }
    print("Removed \(file.path).")
    if !disable {
      print("Where it was enabled: systemctl --user stop \(ServiceUnit.name)")
      print("                      systemctl --user disable \(ServiceUnit.name)")
    }
  }
}
