import GRDB

/// A job, of a schedule or put into the queue: a row of `job`.
package struct JobEntry: Codable, Equatable, Sendable, FetchableRecord, PersistableRecord {
  package static let databaseTableName = "job"

  package var id: Int
  /// The schedule's name, which may be gone; nil for a job that was put into the queue.
  package var schedule: String?
  /// In seconds since 1970: the schedule's instant, or when it was put into the queue.
  ///
  /// No schedule has two jobs of one instant.
  package var instant: Double
  /// `waiting`, `running`, `stopping`, or how it ended.
  package var phase: String
  /// Whether there is anything left to do.
  package var isDone: Bool
  /// The job as its module knows it, as JSON.
  package var body: String
  /// The folder of its run, in the folder of runs.
  package var run: String?
  /// The process that runs it, as long as it does.
  package var process: Int32?
  /// In seconds since 1970.
  package var started: Double?
  package var ended: Double?
  /// Whether its user asked to have it stopped.
  package var isUnwanted: Bool
  /// How the command that was told of its end did; ``hookDue`` where it is to be told.
  package var hook: String?
  /// Written down with a job's end, so that its command is told whoever ends it and whoever dies.
  package static let hookDue = "to be told"

  package init(
    id: Int, schedule: String?, instant: Double, phase: String, isDone: Bool, body: String
  ) {
    (self.id, self.schedule, self.instant) = (id, schedule, instant)
    (self.phase, self.isDone, self.body) = (phase, isDone, body)
    isUnwanted = false
  }
}

extension Registry {
  /// The job that is not done and goes on with a run; nil where none does.
  func unfinishedJob(ofRun name: String) throws -> Int? {
    try read { database in
      try Int.fetchOne(
        database, sql: "SELECT id FROM job WHERE NOT isDone AND run = ?", arguments: [name])
    }
  }
}

extension RegistryMigration {
  static let jobs = RegistryMigration(
    "jobs",
    sql: """
      CREATE TABLE job (
        id INTEGER PRIMARY KEY,
        schedule TEXT,
        instant REAL NOT NULL,
        phase TEXT NOT NULL,
        isDone INTEGER NOT NULL,
        body TEXT NOT NULL,
        run TEXT,
        process INTEGER,
        started REAL,
        ended REAL,
        isUnwanted INTEGER NOT NULL DEFAULT 0,
        hook TEXT,
        UNIQUE (schedule, instant)
      ) STRICT;
      CREATE INDEX jobToDo ON job (id) WHERE NOT isDone;
      """)

  static let jobHooks = RegistryMigration(
    "jobHooks",
    sql: """
      CREATE INDEX jobHookDue ON job (id) WHERE hook = 'to be told';
      """)
}
