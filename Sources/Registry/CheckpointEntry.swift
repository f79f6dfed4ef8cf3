import GRDB

/// A checkpoint of a run: a row of `checkpoint`.
package struct CheckpointEntry: Codable, Equatable, Sendable, FetchableRecord, PersistableRecord {
  package static let databaseTableName = "checkpoint"

  /// The run's ``RunEntry/id``.
  package var run: Int64
  /// The folder's name in `checkpoints`: `000007`, `final`.
  package var name: String
  /// The stage that goes on from it, from 1, and how much of that is done; nil for `final`.
  package var stage: Int?
  package var done: Int?
  /// Of all its files.
  package var bytes: Int
  /// SHA-256 of the list of its files with their digests; nil where it was written without.
  package var digest: String?

  package init(
    run: Int64, name: String, stage: Int?, done: Int?, bytes: Int, digest: String?
  ) {
    (self.run, self.name, self.stage, self.done) = (run, name, stage, done)
    (self.bytes, self.digest) = (bytes, digest)
  }
}

extension RegistryMigration {
  static let checkpoints = RegistryMigration(
    "checkpoints",
    sql: """
      CREATE TABLE checkpoint (
        run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
        name TEXT NOT NULL,
        stage INTEGER,
        done INTEGER,
        bytes INTEGER NOT NULL,
        digest TEXT,
        PRIMARY KEY (run, name)
      ) STRICT, WITHOUT ROWID;
      """)
}
