package import Foundation
package import GRDB

/// What another run's ledger holds of a stage, for a run that takes the stage over.
///
/// Rows are read one by one as they are written, so the stage may be larger than memory.
package struct LedgerStageCopy: LedgerItem {
  package let stage: Int
  package let progress: RunProgress?
  private let source: Ledger

  /// Looks whether a run's ledger has all of a stage; nil where the rollouts of its rounds were
  /// thinned out.
  ///
  /// - Parameters:
  ///   - stage: The stage, from 1, in both runs.
  ///   - run: The folder of the run that did it.
  /// - Throws: ``RegistryError`` where the ledger is not there, a page of it is damaged, or it cannot be
  ///   read.
  package init?(_ stage: Int, of run: URL) throws {
    let source = try Ledger.reading(run)
    try source.file.check()
    let found = try source.read { database in
      let whole =
        try Bool.fetchOne(
          database,
          sql: """
            SELECT (SELECT coalesce(sum(rollouts), 0) FROM round WHERE stage = :stage)
              = (SELECT count(*) FROM rollout WHERE stage = :stage AND round > 0)
            """, arguments: ["stage": stage]) ?? false
      let progress = try Row.fetchOne(
        database,
        sql: """
          SELECT (SELECT count(*) FROM record WHERE stage = :stage)
              + (SELECT count(*) FROM round WHERE stage = :stage)
              + (SELECT count(*) FROM evaluation WHERE stage = :stage) AS done,
            (SELECT reward FROM round WHERE stage = :stage ORDER BY round DESC) AS reward,
            coalesce(
              (SELECT greedy FROM round WHERE stage = :stage AND greedy IS NOT NULL
                ORDER BY round DESC),
              (SELECT json_extract(report, '$.greedy') FROM evaluation WHERE stage = :stage)
            ) AS greedy
          """, arguments: ["stage": stage])
      return (whole, progress)
    }
    guard found.0 else { return nil }
    (self.stage, self.source) = (stage, source)
    progress = found.1.map {
      RunProgress(stage: stage, done: $0["done"], reward: $0["reward"], greedy: $0["greedy"])
    }
  }

  package func insert(into database: Database) throws {
    try source.read { source in
      for table in ["record", "round", "evaluation", "problemResult"] {
        try copy(table, from: source, to: database)
      }
      let rollouts = try Row.fetchCursor(
        source, sql: "SELECT * FROM rollout WHERE stage = ? ORDER BY id", arguments: [stage])
      while let rollout = try rollouts.next() {
        let problem = try problemID(rollout["problem"], rollout["round"], source, database)
        var values = Dictionary(uniqueKeysWithValues: rollout.map { ($0, $1) })
        values["id"] = nil
        values["problem"] = problem.databaseValue
        try insert(values, into: "rollout", database)
      }
    }
  }

  private func copy(_ table: String, from source: Database, to database: Database) throws {
    let rows = try Row.fetchCursor(
      source, sql: "SELECT * FROM \(table) WHERE stage = ? ORDER BY 1, 2", arguments: [stage])
    while let row = try rows.next() {
      try insert(Dictionary(uniqueKeysWithValues: row.map { ($0, $1) }), into: table, database)
    }
  }

  /// The number of a problem in the ledger that is written, where it is added if it is new.
  private func problemID(
    _ id: Int64, _ round: Int, _ source: Database, _ database: Database
  ) throws -> Int64 {
    let statement = try source.cachedStatement(sql: "SELECT * FROM problem WHERE id = ?")
    guard let problem = try Row.fetchOne(statement, arguments: [id]) else {
      throw RegistryError.damaged(
        file: self.source.file.url.relativePath, reason: "a rollout's problem \(id) is not there")
    }
    let digest: String = problem["digest"]
    let known = try Int64.fetchOne(
      database.cachedStatement(sql: "SELECT id FROM problem WHERE digest = ?"),
      arguments: [digest])
    if let known { return known }
    var values = Dictionary(uniqueKeysWithValues: problem.map { ($0, $1) })
    values["id"] = nil
    values["stage"] = stage.databaseValue
    values["round"] = round.databaseValue
    try insert(values, into: "problem", database)
    return database.lastInsertedRowID
  }

  private func insert(
    _ values: [String: DatabaseValue], into table: String, _ database: Database
  ) throws {
    let columns = values.keys.sorted()
    try database.cachedStatement(
      sql: """
        INSERT INTO \(table) (\(columns.map { "\"\($0)\"" }.joined(separator: ", ")))
        VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
        """
    ).execute(arguments: StatementArguments(columns.map { values[$0] ?? .null }))
  }
}
