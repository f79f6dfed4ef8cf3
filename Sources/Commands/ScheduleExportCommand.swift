import ArgumentParser
import Foundation
import Scheduling

/// The command `hone schedule export`.
struct ScheduleExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Prints schedules in the words of cron, systemd, Kubernetes or Slurm.",
    usage: "hone schedule export [<names> ...] --format <format> [--json]",
    discussion: """
      What the other scheduler cannot say is a remark in the text.

        hone schedule export nightly --format cron
        hone schedule export --format kubernetes --json
      """)

  @Argument(help: "The schedules; all by default.")
  var names: [String] = []

  @Option(help: "cron, systemd, kubernetes or slurm.")
  var format: ScheduleExport.Format

  @OptionGroup var folder: RunsFolderOptions

  @Flag(help: "Print as JSON, by schedule.")
  var json = false

  func run() throws {
    let store = try folder.schedules()
    let schedules =
      try names.isEmpty ? store.schedules() : names.map { try store.schedule($0) }
    let program = try ScheduleRunCommand.program().path
    let runs = URL(filePath: folder.path).absoluteURL.standardizedFileURL.path
    let texts = schedules.map { progress in
      (
        progress.schedule.name,
        ScheduleExport(progress.schedule, program: program, runs: runs).text(format)
      )
    }
    if json {
      return try CommandOutput.print(
        json: Dictionary(texts, uniquingKeysWith: { first, _ in first }))
    }
    let separator = format == .kubernetes ? "---\n" : "\n"
    print(texts.map(\.1).joined(separator: separator), terminator: "")
  }
}

extension ScheduleExport.Format: ExpressibleByArgument {}
