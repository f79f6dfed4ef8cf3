import ArgumentParser
import Foundation
import Pipelines
import Scheduling
import Settings

/// What a job may be given, by a schedule or in the queue.
struct JobOptions: ParsableArguments {
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Override a setting. May be repeated.", valueName: "path=value"))
  var overrides: [String] = []

  @Option(help: ArgumentHelp("Of jobs that could start, the highest does.", valueName: "n"))
  var priority = 0

  @Option(help: ArgumentHelp("Attempts after the first, where a job fails.", valueName: "n"))
  var retries = 3

  @Option(
    help: ArgumentHelp("Before the first of them; then twice as long each.", valueName: "time"))
  var retryDelay = "60s"

  @Option(help: ArgumentHelp("Time at work, like 6h or 1h30m.", valueName: "time"))
  var maxTime: String?

  @Option(help: ArgumentHelp("Resident memory, like 8GiB.", valueName: "size"))
  var maxMemory: String?

  @Option(
    help: ArgumentHelp("From the wish to stop to the end by force.", valueName: "time"))
  var stopGrace = "5m"

  @Option(
    help: ArgumentHelp(
      "Told on standard input, as JSON, how a job ended; without a shell.", valueName: "command"))
  var hook: String?

  /// The request for a pipeline's file, once its settings were read; without a name for its runs,
  /// they have the pipeline's.
  func request(for file: String, name: String?) throws -> JobRequest {
    let url = URL(filePath: file).absoluteURL.standardizedFileURL
    let pipeline = try Pipeline.load(
      URL(filePath: file), overrides: try overrides.map(SettingOverride.init))
    var request = JobRequest(
      name: name ?? pipeline.settings.name, pipeline: url.path,
      folder: FileManager.default.currentDirectoryPath)
    request.overrides = overrides
    request.priority = priority
    request.retries.limit = retries
    request.retries.delay = try Self.time(retryDelay, "retry-delay")
    request.budget.time = try maxTime.map { try Self.time($0, "max-time") }
    request.budget.memory = try maxMemory.map { text in
      guard let size = ByteSize(text) else {
        throw ScheduleError.notASize(option: "max-memory", text: text)
      }
      return size
    }
    request.budget.stopGrace = try Self.time(stopGrace, "stop-grace")
    request.hook = try hook.map(ShellWords.split) ?? []
    try request.validate()
    return request
  }

  static func time(_ text: String, _ option: String) throws(ScheduleError) -> TimeSpan {
    guard let span = TimeSpan(text) else { throw .notATime(option: option, text: text) }
    return span
  }
}
