package import GRDB
package import Runs

/// A run, in short: a row of `run`.
///
/// A table whose rows need a run refers to it by `REFERENCES run` without `ON DELETE CASCADE`; then
/// the run is not deleted while they are there.
package struct RunEntry: Codable, Equatable, Sendable, FetchableRecord, MutablePersistableRecord {
  package static let databaseTableName = "run"

  /// Given by the registry; other tables refer to it.
  package var id: Int64?
  /// The folder's name.
  package var name: String
  package var pipeline: String
  /// When the folder was made, as in `2025-01-31T12:00:00Z`.
  package var created: String
  package var honeVersion: String
  package var sandboxLevel: String?
  package var status: RunStatus
  /// Why the run failed, where it did.
  package var reason: String?
  /// Rounds of all stages that are done, and that are asked for.
  package var rounds: Int
  package var plannedRounds: Int
  /// Mean reward of the newest round.
  package var reward: Double?
  /// Greedy accuracy of the newest look at held-out problems.
  package var greedy: Double?
  /// What `run.json` was when the row was made of it; another one makes the row anew.
  package var stamp: String
  /// Whether its folder is there; a run without one is kept while other tables refer to it.
  package var isPresent = true

  package mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}

extension RegistryMigration {
  static let runs = RegistryMigration(
    "runs",
    sql: """
      CREATE TABLE run (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        pipeline TEXT NOT NULL,
        created TEXT NOT NULL,
        honeVersion TEXT NOT NULL,
        sandboxLevel TEXT,
        status TEXT NOT NULL,
        reason TEXT,
        rounds INTEGER NOT NULL DEFAULT 0,
        plannedRounds INTEGER NOT NULL DEFAULT 0,
        reward REAL,
        greedy REAL,
        stamp TEXT NOT NULL,
        isPresent INTEGER NOT NULL DEFAULT 1
      ) STRICT;
      CREATE UNIQUE INDEX runByName ON run (name) WHERE isPresent;
      CREATE INDEX runByCreation ON run (created, id);
      CREATE INDEX runByPipeline ON run (pipeline, created);
      """)
}
