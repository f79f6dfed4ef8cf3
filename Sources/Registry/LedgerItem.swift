package import GRDB
import Foundation
import Runs

/// Something that a run did, which its ledger keeps entirely or not at all.
package protocol LedgerItem: Sendable {
  /// The stage that did it, from 1.
  var stage: Int { get }
  /// Adds the rows, within a transaction.
  func insert(into database: Database) throws
  /// How far the run has come with it; nil where that says nothing new.
  var progress: RunProgress? { get }
}

/// How far a stage has come, for the registry.
package struct RunProgress: Equatable, Sendable {
  /// From 1.
  package var stage: Int
  /// Steps, rounds or evaluations of it that are done.
  package var done: Int
  /// Mean reward of the newest round.
  package var reward: Double?
  /// Greedy accuracy of the newest look at held-out problems.
  package var greedy: Double?
}

/// A step of a stage that samples nothing, such as a warm-up's: a row of `record`.
package struct LedgerRecord: LedgerItem {
  package let stage: Int
  /// From 1 in its stage.
  package let number: Int
  /// What is the same each time, and what differs from run to run.
  package let record: any Encodable & Sendable
  package let timings: (any Encodable & Sendable)?

  package init(
    stage: Int, number: Int, record: any Encodable & Sendable,
    timings: (any Encodable & Sendable)? = nil
  ) {
    (self.stage, self.number, self.record, self.timings) = (stage, number, record, timings)
  }

  package var progress: RunProgress? { RunProgress(stage: stage, done: number) }

  package func insert(into database: Database) throws {
    try database.cachedStatement(
      sql: "INSERT INTO record (stage, number, record, timings) VALUES (?, ?, ?, ?)"
    ).execute(arguments: [stage, number, try json(record), try timings.map { try json($0) }])
  }
}

extension RegistryMigration {
  static let records = RegistryMigration(
    "records",
    sql: """
      CREATE TABLE record (
        stage INTEGER NOT NULL,
        number INTEGER NOT NULL,
        record TEXT NOT NULL,
        timings TEXT,
        PRIMARY KEY (stage, number)
      ) STRICT, WITHOUT ROWID;
      """)
}

/// A value as the text of a column: the bytes that a record file would have.
func json(_ value: some Encodable) throws -> String {
  String(decoding: try StableJSON.data(value), as: UTF8.self)
}
