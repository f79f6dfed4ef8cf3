import GRDB

/// An evaluation of a run, in short: a row of `evaluation`.
package struct EvaluationEntry: Codable, Equatable, Sendable, FetchableRecord, PersistableRecord {
  package static let databaseTableName = "evaluation"

  /// The run's ``RunEntry/id``.
  package var run: Int64
  /// The stage that made it, from 1.
  package var stage: Int
  package var name: String
  package var taskSet: String
  package var problems: Int
  package var samples: Int
  /// Share of problems that greedy decoding answers, with its 95 % interval.
  package var greedy: Double
  package var greedyLow: Double
  package var greedyHigh: Double
  /// Mean score of samples, with its 95 % interval; nil without samples.
  package var mean: Double?
  package var meanLow: Double?
  package var meanHigh: Double?
  package var unscoredShare: Double
}

extension RegistryMigration {
  static let evaluations = RegistryMigration(
    "evaluations",
    sql: """
      CREATE TABLE evaluation (
        run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
        stage INTEGER NOT NULL,
        name TEXT NOT NULL,
        taskSet TEXT NOT NULL,
        problems INTEGER NOT NULL,
        samples INTEGER NOT NULL,
        greedy REAL NOT NULL,
        greedyLow REAL NOT NULL,
        greedyHigh REAL NOT NULL,
        mean REAL,
        meanLow REAL,
        meanHigh REAL,
        unscoredShare REAL NOT NULL,
        PRIMARY KEY (run, stage)
      ) STRICT, WITHOUT ROWID;
      """)
}
