package import GRDB

/// A round with all its rollouts: a row of `round`, and rows of `rollout`.
package struct LedgerRound: LedgerItem {
  package let stage: Int
  package let summary: Summary
  /// All that is the same each time, and what differs from run to run.
  package let record: any Encodable & Sendable
  package let timings: any Encodable & Sendable
  package let groups: [LedgerGroup]

  /// What of a round has a column of its own.
  package struct Summary: Codable, Equatable, Sendable, FetchableRecord {
    /// From 1 in its stage.
    package let round: Int
    /// Mean reward of scored rollouts, and the share of them that passed.
    package let reward: Double
    package let correct: Double
    /// Greedy accuracy on held-out problems, in rounds that look.
    package let greedy: Double?
    package let rollouts: Int
    package let unscored: Int

    package init(
      round: Int, reward: Double, correct: Double, greedy: Double?, rollouts: Int, unscored: Int
    ) {
      (self.round, self.reward, self.correct) = (round, reward, correct)
      (self.greedy, self.rollouts, self.unscored) = (greedy, rollouts, unscored)
    }
  }

  package init(
    stage: Int, summary: Summary, record: any Encodable & Sendable,
    timings: any Encodable & Sendable, groups: [LedgerGroup]
  ) {
    (self.stage, self.summary) = (stage, summary)
    (self.record, self.timings, self.groups) = (record, timings, groups)
  }

  package var progress: RunProgress? {
    RunProgress(
      stage: stage, done: summary.round, reward: summary.reward, greedy: summary.greedy)
  }

  package func insert(into database: Database) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO round
          (stage, round, reward, correct, greedy, rollouts, unscored, record, timings)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      stage, summary.round, summary.reward, summary.correct, summary.greedy, summary.rollouts,
      summary.unscored, try json(record), try json(timings),
    ])
    for group in groups { try group.insert(into: database, stage: stage, round: summary.round) }
  }
}

extension RegistryMigration {
  static let rounds = RegistryMigration(
    "rounds",
    sql: """
      CREATE TABLE round (
        stage INTEGER NOT NULL,
        round INTEGER NOT NULL,
        reward REAL,
        correct REAL,
        greedy REAL,
        rollouts INTEGER NOT NULL,
        unscored INTEGER NOT NULL,
        record TEXT NOT NULL,
        timings TEXT,
        PRIMARY KEY (stage, round)
      ) STRICT;
      CREATE INDEX roundByFigures ON round (stage, round, reward, greedy);
      """)
}
