import Runs

/// How often a job that ended badly is gone on with, and after how long.
///
/// Only what another attempt may mend counts: not what the user wrote wrongly (exit code 64), and
/// not what was stopped on purpose.
package struct RetryPolicy: Codable, Hashable, Sendable {
  /// Attempts after the first.
  package var limit = 3
  /// Before the first of them; each further one waits twice as long as the one before.
  package var delay = TimeSpan(seconds: 60)
  /// No wait is longer, unless the first is.
  package var longestDelay = TimeSpan(seconds: 3600)

  package init() {}

  /// The wait after the `failures`th bad end, counted from 1.
  func delay(afterFailure failures: Int) -> TimeSpan {
    let doublings = min(max(failures - 1, 0), 30)
    return min(TimeSpan(seconds: delay.seconds << doublings), max(delay, longestDelay))
  }
}

/// What a job may use; beyond it, it is stopped after a checkpoint.
package struct JobBudget: Codable, Hashable, Sendable {
  /// Time at work, over all attempts; waiting and the machine's sleep do not count.
  package var time: TimeSpan?
  /// Resident memory of all its processes.
  package var memory: ByteSize?
  /// Between the wish to stop (SIGTERM) and the end by force (SIGKILL): enough for a round.
  package var stopGrace = TimeSpan(seconds: 300)

  package init() {}
}

/// A pipeline to run, and how.
package struct JobRequest: Codable, Equatable, Sendable {
  /// The names of its runs' folders begin with it.
  package var name: String
  /// The pipeline's file, as a whole path.
  package var pipeline: String
  /// The working folder, in which tasks and verifiers are looked for, as a whole path.
  package var folder: String
  /// The commit whose files are taken; nil for those of the working folder as they are.
  package var code: JobCode?
  /// As for `--set`.
  package var overrides: [String] = []
  package var retries = RetryPolicy()
  package var budget = JobBudget()
  package var quiet: QuietHours?
  /// Whether a job that runs as quiet hours begin is stopped after a checkpoint, and gone on with
  /// when they are over.
  package var pausesInQuiet = false
  /// Whose wall clocks the quiet hours are read on.
  package var zone = ScheduleZone.utc
  /// Of jobs that could start, the highest does.
  package var priority = 0
  /// The words of a command that is told on standard input how the job ended.
  package var hook: [String] = []

  package init(name: String, pipeline: String, folder: String) {
    (self.name, self.pipeline, self.folder) = (name, pipeline, folder)
  }

  /// Refuses what cannot be.
  ///
  /// - Throws: ``ScheduleError/invalid(key:value:rule:)``, or `RunError` for its name.
  package func validate() throws {
    try RunFolder.check(name: name)
    guard (0...100).contains(retries.limit) else {
      throw ScheduleError.invalid(
        key: "retries", value: "\(retries.limit)", rule: "it must be a number from 0 to 100")
    }
    guard (-1000...1000).contains(priority) else {
      throw ScheduleError.invalid(
        key: "priority", value: "\(priority)", rule: "it must be a number from -1000 to 1000")
    }
    guard retries.delay.seconds > 0 else {
      throw ScheduleError.invalid(key: "retry-delay", value: "0s", rule: "it must be at least 1s")
    }
    if let time = budget.time, time.seconds == 0 {
      throw ScheduleError.invalid(key: "max-time", value: "0s", rule: "it must be at least 1s")
    }
    guard !pausesInQuiet || quiet != nil else {
      throw ScheduleError.invalid(
        key: "quiet-pause", value: "true", rule: "it needs quiet hours: give --quiet, too")
    }
    guard overrides.count <= 200, (overrides + hook).allSatisfy({ $0.utf8.count <= 10_000 }) else {
      throw ScheduleError.invalid(
        key: "set", value: "\(overrides.count) overrides",
        rule: "there must be at most 200, of at most 10,000 bytes each")
    }
  }
}
