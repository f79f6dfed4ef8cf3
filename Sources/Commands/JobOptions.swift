import ArgumentParser
import Foundation
import Pipelines
import Runs
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
      "Told on standard input, as JSON, how a job ended and what it promoted; without a shell.",
      valueName: "command"))
  var hook: String?

  @Option(
    help: ArgumentHelp(
      "Take pipeline, tasks and verifiers of one commit, like HEAD~2.", valueName: "commit"))
  var at: String?

  @Option(
    help: ArgumentHelp(
      "Take them of a branch as it is when a job starts.", valueName: "branch"))
  var track: String?

  func validate() throws {
    if at != nil, track != nil {
      throw ValidationError("--at names one commit, and --track a branch: leave one of them out.")
    }
  }

  /// The request for a pipeline's file, once its settings were read; without a name for its runs,
  /// they have the pipeline's.
  func request(for file: String, name: String?) throws -> JobRequest {
    let url = URL(filePath: file).absoluteURL.standardizedFileURL
    let folder = URL(
      filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
    let code = try JobCode.asked(
      commit: at, branch: track, pipeline: URL(filePath: file), in: folder)
    let pipeline = try pipeline(file, of: code)
    var request = JobRequest(
      name: name ?? pipeline?.settings.name ?? url.deletingPathExtension().lastPathComponent,
      pipeline: url.path, folder: folder.path)
    request.code = code
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

  /// The pipeline that a job would run now; nil where its branch is not there yet.
  private func pipeline(_ file: String, of code: JobCode?) throws -> Pipeline? {
    let overrides = try overrides.map(SettingOverride.init)
    guard let code else { return try Pipeline.load(URL(filePath: file), overrides: overrides) }
    do {
      let text = String(decoding: try code.pipelineFile(), as: UTF8.self)
      return try Pipeline(
        SettingsTree.parse(text, file: "\(file) of \(code.text)"), overrides: overrides)
    } catch let error as ScheduleError where track != nil {
      CommandOutput.display().message("\(error) Jobs are passed over as long as that is so.")
      return nil
    }
  }

  static func time(_ text: String, _ option: String) throws(ScheduleError) -> TimeSpan {
    guard let span = TimeSpan(text) else { throw .notATime(option: option, text: text) }
    return span
  }
}
