package import Foundation
package import GRDB
import Runs
import Settings

/// What all runs of a folder have in common and what must be found fast: `runs/registry.sqlite`.
///
/// Any number of processes may have it open; they write one after the other and read meanwhile. What
/// one run did, round by round, is in its own ``Ledger``.
package final class Registry: Sendable {
  /// The name of the file in a folder of runs.
  package static let fileName = "registry.sqlite"

  /// The folder of runs.
  package let runs: URL
  private let file: DatabaseFile

  /// Opens the registry of a folder of runs, and makes either where it is not there.
  ///
  /// - Throws: ``RegistryError``, or the system's error where the folder cannot be made.
  package static func open(in runs: URL) throws -> Registry {
    do {
      try FileManager.default.createDirectory(at: runs, withIntermediateDirectories: true)
    } catch {
      throw RegistryError.refused(file: runs.relativePath, reason: failureReason(error))
    }
    return Registry(
      runs,
      try DatabaseFile(
        runs.appending(path: fileName), .create, steps: RegistryMigration.all))
  }

  /// Opens the registry of a folder of runs that has one, and elsewhere an empty one in memory, so
  /// that to ask for what is not there makes no folder.
  ///
  /// - Throws: ``RegistryError``.
  package static func existing(in runs: URL) throws -> Registry {
    let file = runs.appending(path: fileName)
    return FileManager.default.fileExists(atPath: file.path)
      ? try open(in: runs)
      : Registry(runs, try DatabaseFile(inMemory: file, steps: RegistryMigration.all))
  }

  /// Opens the registry to look at runs: where the folder cannot be written, or holds neither a
  /// registry nor a run, as one in memory that says what the folders of runs say, and nothing else.
  package static func looking(in runs: URL) throws -> Registry {
    let file = runs.appending(path: fileName)
    func inMemory() throws -> Registry {
      Registry(runs, try DatabaseFile(inMemory: file, steps: RegistryMigration.all))
    }
    guard try FileManager.default.fileExists(atPath: file.path) || holdsRuns(runs) else {
      return try inMemory()
    }
    do {
      return try open(in: runs)
    } catch RegistryError.readOnly {
      return try inMemory()
    }
  }

  private static func holdsRuns(_ folder: URL) throws -> Bool {
    try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .contains { RunFolder.stamp(of: folder.appending(path: $0)) != nil }
  }

  private init(_ runs: URL, _ file: DatabaseFile) {
    (self.runs, self.file) = (runs, file)
  }

  /// Reads at one moment of the registry, whatever is written meanwhile.
  ///
  /// - Throws: ``RegistryError`` for what SQLite refuses; else what `body` throws.
  package func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try file.read(body)
  }

  /// Writes in one transaction: all of `body`, or nothing where it throws.
  ///
  /// The transaction is on the disk when this returns.
  ///
  /// - Throws: ``RegistryError`` for what SQLite refuses; else what `body` throws.
  package func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try file.write(body)
  }

  /// Looks at every page of the file.
  ///
  /// - Throws: ``RegistryError/damaged(file:reason:)``.
  package func check() throws { try file.check() }
}
