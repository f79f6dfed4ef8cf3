package import Foundation
import GRDB
package import Registry
import Runs
import Settings

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

  // MARK: - Jobs

  /// Puts a job into the queue.
  package func enqueue(_ request: JobRequest, now: Date) throws -> Job {
    try request.validate()
    return try registry.write { database in
      let job = Job(
        id: try Self.nextID(database), schedule: nil, instant: now, request: request)
      try Self.entry(job).insert(database)
      return job
    }
  }

  /// Jobs that are not done, and up to `done` that are; the newest first.
  package func jobs(schedule: String? = nil, done: Int) throws -> [JobRecord] {
    try registry.read { database in
      let all = JobEntry.filter(
        sql: "(?1 IS NULL OR schedule = ?1)", arguments: [schedule])
      return try all.filter(sql: "NOT isDone").order(sql: "id DESC").fetchAll(database)
        + all.filter(sql: "isDone").order(sql: "id DESC").limit(done).fetchAll(database)
    }.map(JobRecord.init)
  }

  /// The newest job of a schedule.
  package func lastJob(of schedule: String) throws -> JobRecord? {
    try registry.read { database in
      try JobEntry.filter(sql: "schedule = ?", arguments: [schedule])
        .order(sql: "instant DESC").limit(1).fetchOne(database)
    }.map(JobRecord.init)
  }

  /// Cancels a job: one that waits at once, one that runs once a daemon has stopped it.
  ///
  /// - Returns: The job as it was.
  /// - Throws: ``ScheduleError/unknownJob(id:)``, ``ScheduleError/notWaiting(id:state:)``, or the
  ///   registry's errors.
  package func cancel(_ id: Int, now: Date) throws -> Job {
    try registry.write { database in
      guard var entry = try JobEntry.fetchOne(database, key: id) else {
        throw ScheduleError.unknownJob(id: id)
      }
      let job = try Self.job(entry)
      guard !entry.isDone else { throw ScheduleError.notWaiting(id: id, state: job.phase.name) }
      if job.phase.isActive {
        entry.isUnwanted = true
        try entry.update(database)
      } else {
        try Self.cancelWaiting(job, now, database)
      }
      return job
    }
  }

  /// Records which process runs a job.
  package func setProcess(_ process: Int32?, of id: Int) throws {
    try registry.write { database in
      try database.execute(
        sql: "UPDATE job SET process = ? WHERE id = ?", arguments: [process, id])
    }
  }

  /// The promotions of policies by the run of a job.
  func promotions(of job: Job) throws -> [PromotionEntry] {
    guard let run = job.run,
      let entry = try registry.read({ try JobEntry.fetchOne($0, key: job.id) }),
      let started = entry.started
    else { return [] }
    return try registry.promotions(ofRun: run, since: Date(timeIntervalSince1970: started))
  }

  /// Jobs whose end their commands are to be told, the oldest first.
  package func hooksDue(limit: Int) throws -> [Job] {
    try registry.read { database in
      // Word for word as in the index, which has only these.
      try JobEntry.filter(sql: "hook = '\(JobEntry.hookDue)'").order(sql: "id").limit(limit)
        .fetchAll(database)
    }.map(Self.job)
  }

  /// Records how the command did that was told of a job's end.
  package func setHook(_ outcome: String, of id: Int) throws {
    try registry.write { database in
      try database.execute(
        sql: "UPDATE job SET hook = ? WHERE id = ?",
        arguments: [String(outcome.prefix(2000)), id])
    }
  }

  // MARK: - The daemon

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

  // MARK: - Rows

  private static func find(_ name: String, _ database: Database) throws -> ScheduleEntry {
    if let entry = try ScheduleEntry.fetchOne(database, key: name) { return entry }
    let names = try String.fetchAll(database, sql: "SELECT name FROM schedule ORDER BY name")
    throw ScheduleError.unknown(name: name, nearest: closest(to: name, in: names))
  }

  private static func unfinished(_ database: Database) throws -> [Job] {
    try JobEntry.filter(sql: "NOT isDone").order(sql: "id").fetchAll(database).map(job)
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

  private static func nextID(_ database: Database) throws -> Int {
    try Int.fetchOne(database, sql: "SELECT COALESCE(MAX(id), 0) + 1 FROM job") ?? 1
  }

  private static func cancelWaiting(_ job: Job, _ now: Date, _ database: Database) throws {
    var job = job
    job.phase = .ended(.cancelled)
    var row = try entry(job)
    row.end(now, hook: job.request.hook)
    try row.update(database)
  }

  static func entry(_ progress: ScheduleProgress) throws -> ScheduleEntry {
    ScheduleEntry(
      name: progress.schedule.name, definition: try text(progress.schedule),
      decidedThrough: progress.decidedThrough.timeIntervalSince1970,
      next: progress.next.timeIntervalSince1970)
  }

  private static func progress(
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
  fileprivate mutating func end(_ now: Date, hook words: [String]) {
    ended = now.timeIntervalSince1970
    hook = words.isEmpty ? nil : Self.hookDue
  }
}

/// A job with what only its row knows.
package struct JobRecord: Sendable {
  package let job: Job
  package let process: Int32?
  package let started: Date?
  package let ended: Date?
  package let hook: String?

  init(_ entry: JobEntry) throws {
    job = try ScheduleStore.job(entry)
    (process, hook) = (entry.process, entry.hook)
    started = entry.started.map { Date(timeIntervalSince1970: $0) }
    ended = entry.ended.map { Date(timeIntervalSince1970: $0) }
  }
}
