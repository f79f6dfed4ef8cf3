package import GRDB

/// An evaluation with what it found of each problem: a row of `evaluation`, rows of `problemResult`,
/// and the greedy completions as rows of `rollout`.
package struct LedgerEvaluation: LedgerItem {
  package let stage: Int
  package let name: String
  package let report: any Encodable & Sendable
  package let timings: any Encodable & Sendable
  package let results: [ProblemResult]
  package let greedy: [LedgerGroup]
  /// Share of problems that greedy decoding answers.
  package let greedyAccuracy: Double

  /// One problem's outcome.
  package struct ProblemResult: Codable, Equatable, Sendable, FetchableRecord {
    /// The problem's id in its task set.
    package let problem: String
    /// nil where it could not be scored.
    package let greedy: Bool?
    /// Scored samples, and those that passed.
    package let samples: Int
    package let passed: Int

    package init(problem: String, greedy: Bool?, samples: Int, passed: Int) {
      (self.problem, self.greedy) = (problem, greedy)
      (self.samples, self.passed) = (samples, passed)
    }
  }

  package init(
    stage: Int, name: String, report: any Encodable & Sendable,
    timings: any Encodable & Sendable, results: [ProblemResult], greedy: [LedgerGroup],
    greedyAccuracy: Double
  ) {
    (self.stage, self.name, self.report, self.timings) = (stage, name, report, timings)
    (self.results, self.greedy, self.greedyAccuracy) = (results, greedy, greedyAccuracy)
  }

  package var progress: RunProgress? {
    RunProgress(stage: stage, done: 1, greedy: greedyAccuracy)
  }

  package func insert(into database: Database) throws {
    try database.execute(
      sql: "INSERT INTO evaluation (stage, name, report, timings) VALUES (?, ?, ?, ?)",
      arguments: [stage, name, try json(report), try json(timings)])
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO problemResult (stage, place, problem, greedy, samples, passed)
        VALUES (?, ?, ?, ?, ?, ?)
        """)
    for (place, result) in results.enumerated() {
      try statement.execute(arguments: [
        stage, place, result.problem, result.greedy, result.samples, result.passed,
      ])
    }
    for group in greedy { try group.insert(into: database, stage: stage, round: 0) }
  }
}

extension RegistryMigration {
  static let problemResults = RegistryMigration(
    "problemResults",
    sql: """
      CREATE TABLE evaluation (
        stage INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        report TEXT NOT NULL,
        timings TEXT
      ) STRICT;
      CREATE TABLE problemResult (
        stage INTEGER NOT NULL REFERENCES evaluation ON DELETE CASCADE,
        place INTEGER NOT NULL,
        problem TEXT NOT NULL,
        greedy INTEGER,
        samples INTEGER NOT NULL,
        passed INTEGER NOT NULL,
        PRIMARY KEY (stage, place)
      ) STRICT, WITHOUT ROWID;
      """)
}
