import Digests
import Foundation
import GRDB
import Runs
package import VerifierKit

/// A problem with the rollouts that it had in a round, or in an evaluation.
package struct LedgerGroup: Sendable {
  package let problem: Problem
  package let rollouts: [LedgerRollout]

  package init(problem: Problem, rollouts: [LedgerRollout]) {
    (self.problem, self.rollouts) = (problem, rollouts)
  }

  /// Adds the rollouts, and the problem where it is new.
  ///
  /// A round is counted from 1, and is 0 for an evaluation.
  func insert(into database: Database, stage: Int, round: Int) throws {
    let problem = try problemID(in: database, stage: stage, round: round)
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO rollout
          (stage, round, problem, sample, outcome, reward, advantage, completion, stopReason,
            tokens, logProbs, verdicts)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for (sample, rollout) in rollouts.enumerated() {
      try statement.execute(arguments: [
        stage, round, problem, sample, rollout.outcome.rawValue, rollout.reward, rollout.advantage,
        rollout.completion, rollout.stopReason, Self.bytes(rollout.tokens),
        Self.bytes(rollout.logProbs.map(\.bitPattern)), try rollout.verdicts.map { try json($0) },
      ])
    }
  }

  private func problemID(in database: Database, stage: Int, round: Int) throws -> Int64 {
    let digest = SHA256.hexadecimal(of: Array(try StableJSON.data(problem)))
    let known = try Int64.fetchOne(
      database.cachedStatement(sql: "SELECT id FROM problem WHERE digest = ?"),
      arguments: [digest])
    if let known { return known }
    let metadata = problem.metadata.isEmpty ? nil : try json(problem.metadata)
    try database.cachedStatement(
      sql: """
        INSERT INTO problem (digest, name, prompt, answer, metadata, stage, round)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      digest, problem.id, problem.prompt, problem.answer, metadata, stage, round,
    ])
    return database.lastInsertedRowID
  }

  /// Four bytes a value, the lowest first.
  private static func bytes(_ values: some Sequence<some FixedWidthInteger>) -> Data {
    Data(
      values.flatMap { value in
        [value, value >> 8, value >> 16, value >> 24].map { UInt8(truncatingIfNeeded: $0) }
      })
  }
}

/// One completion of a problem, and what was found of it: a row of `rollout`.
package struct LedgerRollout: Sendable {
  package let completion: String
  package let tokens: [Int32]
  /// One a token, nats.
  package let logProbs: [Float]
  package let stopReason: String?
  package let outcome: Outcome
  package let reward: Double?
  /// nil where the rollout taught nothing: unscored, or in a group without contrast.
  package let advantage: Double?
  package let verdicts: (any Encodable & Sendable)?

  /// What the verifiers found, in short.
  package enum Outcome: Int, Sendable, CaseIterable {
    case unscored = 0
    case wrong = 1
    case right = 2
  }

  package init(
    completion: String, tokens: [Int32], logProbs: [Float], stopReason: String?,
    outcome: Outcome, reward: Double?, advantage: Double?,
    verdicts: (any Encodable & Sendable)?
  ) {
    (self.completion, self.tokens, self.logProbs) = (completion, tokens, logProbs)
    (self.stopReason, self.outcome, self.reward) = (stopReason, outcome, reward)
    (self.advantage, self.verdicts) = (advantage, verdicts)
  }
}

extension RegistryMigration {
  /// A problem stands once, however often it was asked, with the round that asked it first.
  static let rollouts = RegistryMigration(
    "rollouts",
    sql: """
      CREATE TABLE problem (
        id INTEGER PRIMARY KEY,
        digest TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        prompt TEXT NOT NULL,
        answer TEXT,
        metadata TEXT,
        stage INTEGER NOT NULL,
        round INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX problemByName ON problem (name);
      CREATE TABLE rollout (
        id INTEGER PRIMARY KEY,
        stage INTEGER NOT NULL,
        round INTEGER NOT NULL,
        problem INTEGER NOT NULL REFERENCES problem,
        sample INTEGER NOT NULL,
        outcome INTEGER NOT NULL,
        reward REAL,
        advantage REAL,
        completion TEXT NOT NULL,
        stopReason TEXT,
        tokens BLOB NOT NULL,
        logProbs BLOB NOT NULL,
        verdicts TEXT
      ) STRICT;
      CREATE INDEX rolloutByRound ON rollout (stage, round);
      CREATE INDEX rolloutByOutcome ON rollout (outcome);
      CREATE INDEX rolloutByProblem ON rollout (problem);
      """)
}
