package import Foundation
import GRDB
import Registry

/// What the daemon asks for.
extension ScheduleStore {
  /// Finds the next instants anew: a hone that is newer may know other rules of a zone.
  package func recomputeNext() throws {
    try registry.write { database in
      for old in try ScheduleEntry.fetchAll(database) {
        var progress = try Self.progress(old)
        progress.beginAgain(after: progress.decidedThrough)
        let new = try Self.entry(progress)
        if new != old { try new.update(database) }
      }
    }
  }

  /// Loads the state, lets `body` change it, and writes down what changed: all or nothing.
  ///
  /// `body` gets the scheduler, and the jobs that their users no longer want.
  package func update(
    maxJobs: Int, isShuttingDown: Bool, now: Date,
    _ body: (inout Scheduler, _ unwanted: [Int]) throws -> [SchedulerAction]
  ) throws -> (state: SchedulerState, actions: [SchedulerAction]) {
    try registry.write { database in
      let taken = try Self.taken(after: now, database)
      let schedules = try ScheduleEntry.order(sql: "name").fetchAll(database).map { entry in
        try Self.progress(entry, taken: taken[entry.name] ?? [])
      }
      let entries = try JobEntry.filter(sql: "NOT isDone").order(sql: "id").fetchAll(database)
      let before = SchedulerState(
        schedules: schedules, jobs: try entries.map(Self.job),
        nextJobID: try Self.nextID(database), maxJobs: maxJobs)
      var scheduler = Scheduler(before)
      scheduler.state.isShuttingDown = isShuttingDown
      let unwanted = entries.filter(\.isUnwanted).map(\.id)
      let actions = try body(&scheduler, unwanted)
      try Self.save(scheduler.state, over: before, actions, now, database)
      return (scheduler.state, actions)
    }
  }

  private static func save(
    _ state: SchedulerState, over before: SchedulerState, _ actions: [SchedulerAction],
    _ now: Date, _ database: Database
  ) throws {
    for (old, new) in zip(before.schedules, state.schedules) where old != new {
      try entry(new).update(database)
    }
    let known = Dictionary(uniqueKeysWithValues: before.jobs.map { ($0.id, $0) })
    var changed = state.jobs.filter { known[$0.id] != $0 }
    for action in actions {
      if case .end(let job) = action { changed.append(job) }
      if case .skip(let instants) = action {
        try SkippedEntry(
          schedule: instants.schedule, first: instants.first.timeIntervalSince1970,
          last: instants.last.timeIntervalSince1970, count: instants.count,
          isAtLeast: instants.isAtLeast, reason: instants.reason
        ).insertTrimming(database)
      }
    }
    for job in changed {
      var row = try entry(job)
      if let old = try JobEntry.fetchOne(database, key: job.id) {
        (row.process, row.started, row.isUnwanted) = (old.process, old.started, old.isUnwanted)
      }
      if job.hasStarted, row.started == nil { row.started = now.timeIntervalSince1970 }
      if !job.phase.isActive { row.process = nil }
      if row.isDone { row.end(now, hook: job.request.hook) }
      try row.save(database)
      if row.isDone { try JobRetention.trim(row.schedule, database) }
    }
  }

  /// Instants of jobs that their schedules have still, or again, to decide, by schedule.
  ///
  /// There are none but on a clock that was set back: no schedule has two jobs of one instant.
  private static func taken(
    after now: Date, _ database: Database
  ) throws -> [String: Set<Date>] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT schedule.name, job.instant FROM schedule JOIN job
        ON job.schedule = schedule.name AND job.instant > min(schedule.decidedThrough, ?)
        """, arguments: [now.timeIntervalSince1970])
    return rows.reduce(into: [:]) { taken, row in
      taken[row[0], default: []].insert(Date(timeIntervalSince1970: row[1]))
    }
  }
}
