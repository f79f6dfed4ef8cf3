import ArgumentParser
import Foundation
import Runs
import Scheduling
import Subprocess

/// The command `hone schedule install`.
struct ScheduleInstallCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Writes a systemd unit that runs the daemon for this user.",
    usage: "hone schedule install [--max-jobs <n>] [--runs <folder>] [--enable]",
    discussion: """
      The unit is \(ServiceUnit.name) in $XDG_CONFIG_HOME/systemd/user.
      What else is to be done is said, and done only with --enable.

        hone schedule install
        hone schedule install --max-jobs 2 --enable
      """)

  @Option(help: ArgumentHelp("Jobs at work at one time.", valueName: "n"))
  var maxJobs = 1

  @OptionGroup var folder: RunsFolderOptions

  @Flag(help: "Let systemctl start the daemon, now and at each login.")
  var enable = false

  @Flag(help: "Print as JSON.")
  var json = false

  private struct Installed: Encodable {
    let unit: String
    let commands: [String]
    let isEnabled: Bool
  }

  func validate() throws {
    guard (1...1000).contains(maxJobs) else {
      throw ValidationError("--max-jobs is \(maxJobs), but it must be from 1 to 1000.")
    }
  }

  func run() async throws {
    let runs = URL(filePath: folder.path).absoluteURL.standardizedFileURL
    let unit = ServiceUnit(
      program: try ScheduleRunCommand.program().path,
      arguments: ["schedule", "run", "--max-jobs", "\(maxJobs)", "--runs", runs.path],
      folder: FileManager.default.currentDirectoryPath)
    let file = Self.unitFile()
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try AtomicFile.write(Data(unit.text.utf8), to: file)
    let commands = [
      ["systemctl", "--user", "daemon-reload"],
      ["systemctl", "--user", "enable", "--now", ServiceUnit.name],
    ]
    if enable { for command in commands { try await Self.run(command) } }
    if json {
      return try CommandOutput.print(
        json: Installed(
          unit: file.path, commands: commands.map(ShellWords.line), isEnabled: enable))
    }
    print("Wrote \(file.path).")
    if enable { return print("The daemon is at work: systemctl --user status hone-schedule") }
    print("Start it, now and at each login, with:")
    for command in commands { print("  \(ShellWords.line(command))") }
    print("To have it run while you are logged out, too: loginctl enable-linger")
  }

  /// Where this user's unit is, or would be.
  static func unitFile() -> URL {
    ServiceUnit.file(
      environment: ProcessInfo.processInfo.environment,
      home: FileManager.default.homeDirectoryForCurrentUser)
  }

  static func run(_ words: [String]) async throws {
    let result = try await Subprocess.run(
      .name(words[0]), arguments: Arguments(Array(words.dropFirst())), output: .discarded,
      error: .string(limit: 1 << 16))
    guard result.terminationStatus.isSuccess else {
      throw ServiceError.refused(
        command: ShellWords.line(words),
        reason: result.standardError.split(separator: "\n").last.map(String.init) ?? "no reason")
    }
  }
}

/// A service that could not be started.
enum ServiceError: Error, Equatable, CustomStringConvertible {
  case refused(command: String, reason: String)
  case notInstalled(file: String)

  var description: String {
    switch self {
    case .refused(let command, let reason):
      """
      '\(command)' failed: \(reason). The unit's file is there; run the command yourself where a \
      systemd of your user is at work.
      """
    case .notInstalled(let file): "There is no unit to remove: '\(file)' does not exist."
    }
  }
}
