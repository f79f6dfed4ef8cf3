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

extension Ledger {
  /// How well a policy did as far as a round, by which the best checkpoint is told.
  package struct Figures: Equatable, Sendable {
    /// Mean reward of the last round.
    package let reward: Double?
    /// Greedy accuracy of the last look at held-out problems.
    package let greedy: Double?

    func item(_ number: Int) -> RetentionRule.Item {
      RetentionRule.Item(number: number, reward: reward, greedy: greedy)
    }
  }

  /// The figures of a stage, from 1, as far as a round.
  func figures(ofStage stage: Int, through round: Int) throws -> Figures {
    func last(_ column: String) throws -> Double? {
      try read { database in
        try Double.fetchOne(
          database,
          sql: """
            SELECT \(column) FROM round
            WHERE stage = ? AND round <= ? AND \(column) IS NOT NULL ORDER BY round DESC LIMIT 1
            """, arguments: [stage, round])
      }
    }
    return try Figures(reward: last("reward"), greedy: last("greedy"))
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
