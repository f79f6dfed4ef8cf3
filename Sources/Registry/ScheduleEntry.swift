package import GRDB

/// A schedule: a row of `schedule`.
package struct ScheduleEntry: Codable, Equatable, Sendable, FetchableRecord, PersistableRecord {
  package static let databaseTableName = "schedule"

  package var name: String
  /// All that its user said of it, as JSON.
  package var definition: String
  /// In seconds since 1970: the instant up to which each has a job or was passed over, and the next.
  package var decidedThrough: Double
  package var next: Double

  package init(name: String, definition: String, decidedThrough: Double, next: Double) {
    (self.name, self.definition) = (name, definition)
    (self.decidedThrough, self.next) = (decidedThrough, next)
  }
}

/// Instants of a schedule that were passed over: a row of `skippedInstants`.
package struct SkippedEntry: Codable, Equatable, Sendable, FetchableRecord, PersistableRecord {
  package static let databaseTableName = "skippedInstants"
  /// Rows of one schedule that are kept, the newest.
  package static let kept = 100

  package var schedule: String
  /// In seconds since 1970, as is ``last``.
  package var first: Double
  package var last: Double
  package var count: Int
  /// Whether there may be more than were counted.
  package var isAtLeast: Bool
  package var reason: String

  package init(
    schedule: String, first: Double, last: Double, count: Int, isAtLeast: Bool, reason: String
  ) {
    (self.schedule, self.first, self.last) = (schedule, first, last)
    (self.count, self.isAtLeast, self.reason) = (count, isAtLeast, reason)
  }

  /// Adds the row, and removes those of its schedule that are too old to be kept.
  package func insertTrimming(_ database: Database) throws {
    try insert(database)
    try database.execute(
      sql: """
        DELETE FROM skippedInstants WHERE schedule = ? AND last < (
          SELECT last FROM skippedInstants WHERE schedule = ?
          ORDER BY last DESC LIMIT 1 OFFSET ?)
        """, arguments: [schedule, schedule, Self.kept - 1])
  }
}

extension RegistryMigration {
  static let schedules = RegistryMigration(
    "schedules",
    sql: """
      CREATE TABLE schedule (
        name TEXT NOT NULL PRIMARY KEY,
        definition TEXT NOT NULL,
        decidedThrough REAL NOT NULL,
        next REAL NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE skippedInstants (
        schedule TEXT NOT NULL REFERENCES schedule ON DELETE CASCADE,
        first REAL NOT NULL,
        last REAL NOT NULL,
        count INTEGER NOT NULL,
        isAtLeast INTEGER NOT NULL,
        reason TEXT NOT NULL
      ) STRICT;
      CREATE INDEX skippedInstantsOfSchedule ON skippedInstants (schedule, last);
      """)
}
