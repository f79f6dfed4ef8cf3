package import Foundation
package import GRDB

/// What one run did, round by round: `runs/NAME-1/ledger.sqlite`.
///
/// It lies in the run's folder, so a run stays whole when it is moved or deleted, and a damaged page
/// costs one run.
package final class Ledger: Sendable {
  /// The name of the file in a run's folder.
  package static let fileName = "ledger.sqlite"

  private let file: DatabaseFile

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

  /// Folds the log into the file and closes it.
  package func close() throws { try file.close() }
}

extension RegistryMigration {
  /// What makes a ledger, the oldest step first.
  package static let ledger: [RegistryMigration] = []
}
