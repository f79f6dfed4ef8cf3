package import Foundation
package import GRDB

/// What one run did, round by round: `runs/NAME-1/ledger.sqlite`.
///
/// It lies in the run's folder, so a run stays whole when it is moved or deleted, and a damaged page
/// costs one run.
package final class Ledger: Sendable {
  /// The name of the file in a run's folder.
  package static let fileName = "ledger.sqlite"

  let file: DatabaseFile

  /// Makes the ledger of a run that has none.
  package static func create(in run: URL) throws -> Ledger {
    Ledger(
      try DatabaseFile(run.appending(path: fileName), .create, steps: RegistryMigration.ledger))
  }

  /// Opens the ledger of a run that goes on, after a look at every page.
  ///
  /// - Throws: ``RegistryError/missing(file:)``, ``RegistryError/damaged(file:reason:)``, or another
  ///   ``RegistryError``.
  package static func open(in run: URL) throws -> Ledger {
    let ledger = Ledger(
      try DatabaseFile(run.appending(path: fileName), .update, steps: RegistryMigration.ledger))
    try ledger.file.check()
    return ledger
  }

  /// Opens a ledger for reading, while another process may write it.
  ///
  /// - Throws: ``RegistryError/missing(file:)``, or another ``RegistryError``.
  package static func reading(_ run: URL) throws -> Ledger {
    Ledger(try DatabaseFile(run.appending(path: fileName), .read, steps: RegistryMigration.ledger))
  }

  private init(_ file: DatabaseFile) { self.file = file }

  /// Reads at one moment of the ledger, whatever is written meanwhile.
  package func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try file.read(body)
  }

  /// Writes in one transaction: all of `body`, or nothing where it throws.
  package func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try file.write(body)
  }
}

// MARK: - Cutting back

extension Ledger {
  /// Counts the records, rounds and evaluations of all stages, which a checkpoint counts on.
  package func entryCount() throws -> Int {
    try read { try Self.entryCount($0) }
  }

  /// Cuts off what was recorded after a checkpoint, so that the run goes on as an unbroken one.
  ///
  /// - Parameters:
  ///   - stage: The stage that goes on, from 1; what later stages recorded goes.
  ///   - done: How much of it is done; what it recorded after that goes.
  ///   - entries: Entries that stood when the checkpoint was written; nil where it does not say.
  /// - Throws: ``RegistryError/ledgerShort(file:found:wanted:)`` where there are other ones.
  package func cut(toStage stage: Int, done: Int, entries: Int?) throws {
    try write { database in
      for (table, number) in [
        ("record", "number"), ("round", "round"), ("evaluation", "0"), ("rollout", "round"),
        ("problem", "round"),
      ] {
        // Where nothing of a stage is done, all goes, also what has no round.
        try database.execute(
          sql: """
            DELETE FROM \(table) WHERE stage > :stage
              OR (stage = :stage AND (\(number) > :done OR :done = 0))
            """,
          arguments: ["stage": stage, "done": done])
      }
      let found = try Self.entryCount(database)
      if let entries, found != entries {
        throw RegistryError.ledgerShort(file: file.url.relativePath, found: found, wanted: entries)
      }
    }
  }

  private static func entryCount(_ database: Database) throws -> Int {
    try Int.fetchOne(
      database,
      sql: """
        SELECT (SELECT count(*) FROM record) + (SELECT count(*) FROM round)
          + (SELECT count(*) FROM evaluation)
        """) ?? 0
  }
}

extension RegistryMigration {
  /// What makes a ledger, the oldest step first.
  package static let ledger: [RegistryMigration] = [
    .records,
    .rounds,
    .rollouts,
    .problemResults,
  ]
}
