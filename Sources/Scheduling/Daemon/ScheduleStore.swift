package import Foundation
import GRDB
package import Registry

/// Schedules and jobs in a registry: what the daemon decides by, and what commands change and show.
///
/// Each change is one transaction, so commands and daemon may write at any time, and a daemon that
/// is killed finds a whole state.
package struct ScheduleStore: Sendable {
  let registry: Registry

  package init(_ registry: Registry) { self.registry = registry }

  // MARK: - Schedules

  /// Adds a schedule, whose instants begin after `now`.
  ///
  /// - Throws: ``ScheduleError/exists(name:)``, what ``Schedule/validate()`` throws, or the
  ///   registry's errors.
  package func add(_ schedule: Schedule, now: Date) throws {
    try schedule.validate()
    let entry = try Self.entry(ScheduleProgress(schedule, after: now))
    try registry.write { database in
      guard try ScheduleEntry.fetchOne(database, key: schedule.name) == nil else {
        throw ScheduleError.exists(name: schedule.name)
      }
      try entry.insert(database)
    }
  }

  /// All schedules, by name.
  package func schedules() throws -> [ScheduleProgress] {
    try registry.read { try ScheduleEntry.order(sql: "name").fetchAll($0) }
      .map { try Self.progress($0) }
  }

  /// One schedule.
  ///
  /// - Throws: ``ScheduleError/unknown(name:nearest:)``, or the registry's errors.
  package func schedule(_ name: String) throws -> ScheduleProgress {
    try Self.progress(registry.read { try Self.find(name, $0) })
  }

  /// Pauses a schedule, or lets it go on with the instants after `now`.
  package func setPaused(_ isPaused: Bool, _ name: String, now: Date) throws {
    try registry.write { database in
      let progress = try Self.progress(Self.find(name, database))
      guard progress.schedule.isPaused != isPaused else { return }
      var schedule = progress.schedule
      schedule.isPaused = isPaused
      // What was decided stays decided, should the clock have been set back meanwhile.
      let from = isPaused ? progress.decidedThrough : max(now, progress.decidedThrough)
      try Self.entry(ScheduleProgress(schedule, after: from)).update(database)
    }
  }

  /// Removes a schedule; its jobs that wait are cancelled, one that runs goes on to its end.
  ///
  /// - Returns: The jobs that run.
  package func remove(_ name: String, now: Date) throws -> [Job] {
    try registry.write { database in
      let entry = try Self.find(name, database)
      let jobs = try Self.unfinished(database).filter { $0.schedule == name }
      for job in jobs where !job.phase.isActive {
        try Self.cancelWaiting(job, now, database)
      }
      _ = try entry.delete(database)
      return jobs.filter(\.phase.isActive)
    }
  }

  /// What was passed over, the newest first.
  package func skipped(_ name: String, limit: Int) throws -> [SkippedInstants] {
    try registry.read { database in
      try SkippedEntry.filter(sql: "schedule = ?", arguments: [name])
        .order(sql: "last DESC, rowid DESC").limit(limit).fetchAll(database)
    }.map { entry in
      SkippedInstants(
        schedule: entry.schedule, first: Date(timeIntervalSince1970: entry.first),
        last: Date(timeIntervalSince1970: entry.last), count: entry.count,
        isAtLeast: entry.isAtLeast, reason: entry.reason)
    }
  }
}
