package import Foundation
import GRDB
import Registry

extension ScheduleStore {
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

  static func cancelWaiting(_ job: Job, _ now: Date, _ database: Database) throws {
    var job = job
    job.phase = .ended(.cancelled)
    var row = try entry(job)
    row.end(now, hook: job.request.hook)
    try row.update(database)
  }
}
