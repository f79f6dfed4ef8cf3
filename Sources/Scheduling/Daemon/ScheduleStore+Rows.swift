import Foundation
import GRDB
import Registry
import Runs
import Settings

/// Rows of schedules and jobs, and their values.
extension ScheduleStore {
  static func find(_ name: String, _ database: Database) throws -> ScheduleEntry {
    if let entry = try ScheduleEntry.fetchOne(database, key: name) { return entry }
    let names = try String.fetchAll(database, sql: "SELECT name FROM schedule ORDER BY name")
    throw ScheduleError.unknown(name: name, nearest: closest(to: name, in: names))
  }

  static func unfinished(_ database: Database) throws -> [Job] {
    try JobEntry.filter(sql: "NOT isDone").order(sql: "id").fetchAll(database).map(job)
  }

  static func nextID(_ database: Database) throws -> Int {
    try Int.fetchOne(database, sql: "SELECT COALESCE(MAX(id), 0) + 1 FROM job") ?? 1
  }

  static func entry(_ progress: ScheduleProgress) throws -> ScheduleEntry {
    ScheduleEntry(
      name: progress.schedule.name, definition: try text(progress.schedule),
      decidedThrough: progress.decidedThrough.timeIntervalSince1970,
      next: progress.next.timeIntervalSince1970)
  }

  static func progress(
    _ entry: ScheduleEntry, taken: Set<Date> = []
  ) throws -> ScheduleProgress {
    ScheduleProgress(
      try StableJSON.value(Schedule.self, from: Data(entry.definition.utf8)),
      decidedThrough: Date(timeIntervalSince1970: entry.decidedThrough),
      next: Date(timeIntervalSince1970: entry.next), taken: taken)
  }

  static func entry(_ job: Job) throws -> JobEntry {
    var isDone = false
    if case .ended = job.phase { isDone = true }
    var entry = JobEntry(
      id: job.id, schedule: job.schedule, instant: job.instant.timeIntervalSince1970,
      phase: job.phase.name, isDone: isDone, body: try text(job))
    entry.run = job.run
    return entry
  }

  static func job(_ entry: JobEntry) throws -> Job {
    try StableJSON.value(Job.self, from: Data(entry.body.utf8))
  }

  private static func text(_ value: some Encodable) throws -> String {
    String(decoding: try StableJSON.data(value), as: UTF8.self)
  }
}

extension JobEntry {
  /// Notes when the job ended, and whether a command is to be told.
  mutating func end(_ now: Date, hook words: [String]) {
    ended = now.timeIntervalSince1970
    hook = words.isEmpty ? nil : Self.hookDue
  }
}
