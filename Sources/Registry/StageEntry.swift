import GRDB

/// A stage of a run: a row of `stage`.
package struct StageEntry: Codable, Equatable, Sendable, FetchableRecord, PersistableRecord {
  package static let databaseTableName = "stage"

  /// The run's ``RunEntry/id``.
  package var run: Int64
  /// Its place in the pipeline, from 1.
  package var number: Int
  package var name: String
  /// As the pipeline has it: `warmUp`, `reinforce`, `evaluate`.
  package var kind: String
  /// Steps, rounds, lots of problems or evaluations that are done, and that are asked for; 0 where the
  /// settings do not tell.
  package var done: Int
  package var planned: Int

  package init(run: Int64, number: Int, name: String, kind: String, done: Int, planned: Int) {
    (self.run, self.number, self.name, self.kind) = (run, number, name, kind)
    (self.done, self.planned) = (done, planned)
  }
}

extension RegistryMigration {
  static let stages = RegistryMigration(
    "stages",
    sql: """
      CREATE TABLE stage (
        run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
        number INTEGER NOT NULL,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        done INTEGER NOT NULL DEFAULT 0,
        planned INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (run, number)
      ) STRICT, WITHOUT ROWID;
      """)
}
