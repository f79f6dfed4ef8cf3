import Foundation
import GRDB
import Runs
import Settings

/// An SQLite file with its steps taken, and its errors in words.
///
/// The journal is a write-ahead log, so that others read while one writes. `synchronous` is `FULL`:
/// a transaction that is done is on the disk, so whoever writes a checkpoint after it needs no
/// further step. That costs one sync a batch, on the writer's thread and not on the trainer's.
struct DatabaseFile: Sendable {
  /// Seconds that a writer waits for another one.
  static let busySeconds = 10.0

  let url: URL
  private let queue: DatabaseQueue

  /// How a file is opened.
  enum Access {
    /// Made where it is not there.
    case create
    /// For writing, where it is there.
    case update
    /// For reading, where it is there.
    case read
  }

  /// Opens the file and takes the steps that it has not taken.
  ///
  /// - Throws: ``RegistryError``.
  init(_ url: URL, _ access: Access, steps: [RegistryMigration]) throws {
    self.url = url
    if access != .create, !FileManager.default.fileExists(atPath: url.path) {
      throw RegistryError.missing(file: url.relativePath)
    }
    let isNew = !FileManager.default.fileExists(atPath: url.path)
    let folder = url.deletingLastPathComponent()
    guard access == .read || FileManager.default.isWritableFile(atPath: folder.path) else {
      throw RegistryError.readOnly(file: url.relativePath)
    }
    // SQLite changes the journal, and GRDB takes steps, in more than one transaction.
    queue = try FolderTurn.take(in: folder) {
      try Self.translating(url) { try Self.open(url, access, steps) }
    }
    if isNew { try AtomicFile.sync(folder) }
  }

  /// Tables in memory alone, with nothing in them.
  init(inMemory url: URL, steps: [RegistryMigration]) throws {
    self.url = url
    queue = try Self.translating(url) {
      let queue = try DatabaseQueue()
      try Self.migrator(steps).migrate(queue)
      return queue
    }
  }

  /// Reads at one moment of the file, whatever is written meanwhile.
  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try Self.translating(url) { try queue.read(body) }
  }

  /// Writes in one transaction: all of `body`, or nothing where it throws.
  func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try Self.translating(url) { try queue.write(body) }
  }

  /// Looks at every page.
  ///
  /// - Throws: ``RegistryError/damaged(file:reason:)`` with the first thing that is wrong.
  func check() throws {
    let found = try read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
    guard found == "ok" else {
      throw RegistryError.damaged(
        file: url.relativePath, reason: found.map { String($0.prefix(200)) } ?? "no answer")
    }
  }

  /// Gives the pages of what was deleted back to the system.
  func giveBack() throws {
    try Self.translating(url) {
      try queue.inDatabase { database in
        _ = try Row.fetchAll(database, sql: "PRAGMA incremental_vacuum")
        _ = try database.checkpoint(.truncate)
      }
    }
  }

  // MARK: - Helpers

  private static func open(
    _ url: URL, _ access: Access, _ steps: [RegistryMigration]
  ) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(busySeconds)
    configuration.readonly = access == .read
    configuration.label = url.lastPathComponent
    if access != .read {
      configuration.journalMode = .wal
      // Decided before the first table: what is deleted can be given back without a copy of the rest.
      configuration.prepareDatabase { try $0.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL") }
    }
    let queue = try DatabaseQueue(
      path: access == .read ? readingPath(url) : url.path, configuration: configuration)
    let migrator = migrator(steps)
    let taken = try queue.read { try migrator.appliedIdentifiers($0) }
    let unknown = taken.subtracting(steps.map(\.name)).sorted()
    guard unknown.isEmpty else {
      throw RegistryError.newer(file: url.relativePath, steps: unknown)
    }
    if access != .read {
      // After the journal, since GRDB lowers it there.
      try queue.inDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      try migrator.migrate(queue)
    } else if taken.count < steps.count {
      try open(url, .update, steps).close()
    }
    return queue
  }

  /// What SQLite opens for reading: where nothing can be written, a file without a log needs none of
  /// the files that readers share.
  private static func readingPath(_ url: URL) -> String {
    let manager = FileManager.default
    guard !manager.isWritableFile(atPath: url.deletingLastPathComponent().path),
      !manager.fileExists(atPath: url.path + "-wal")
    else { return url.path }
    return url.absoluteURL.absoluteString + "?immutable=1"
  }

  private static func migrator(_ steps: [RegistryMigration]) -> DatabaseMigrator {
    var migrator = DatabaseMigrator()
    for step in steps {
      migrator.registerMigration(step.name) { try $0.execute(sql: step.sql) }
    }
    return migrator
  }

  private static func translating<Value>(_ url: URL, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw RegistryError(error, file: url.relativePath)
    } catch let error as RowDecodingError {
      throw RegistryError.damaged(file: url.relativePath, reason: error.description)
    }
  }
}
