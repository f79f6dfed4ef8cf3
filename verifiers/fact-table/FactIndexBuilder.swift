import FactTables
import Foundation
import GRDB

/// Writes the index of a table, forward and reverse.
///
/// Each row makes one answer for every spelling of its key, and, in the other direction, one for
/// every spelling of its value.
struct FactIndexBuilder {
  /// Writes an index.
  ///
  /// - Parameters:
  ///   - table: A table; its name's end tells the format.
  ///   - path: Where the index goes; nothing may be there.
  /// - Throws: ``FactTableError``, or an error of SQLite's.
  static func build(_ table: URL, into path: String) throws {
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.inDatabase { database in
      var builder = FactIndexBuilder()
      try database.execute(
        sql: """
          CREATE TABLE relation (id INTEGER PRIMARY KEY, name TEXT, isReversed INTEGER);
          CREATE TABLE fact (
            relation INTEGER, key TEXT, count INTEGER, record TEXT, PRIMARY KEY (relation, key)
          ) WITHOUT ROWID;
          """)
      try database.inTransaction {
        if FactTableFile.Format(of: table) == .sqlite {
          try SQLiteTable.read(table) { row, _ in try builder.add(row, to: database) }
        } else {
          try FactTableFile(table, shown: table.lastPathComponent).read { row, _ in
            try builder.add(row, to: database)
          }
        }
        return .commit
      }
      guard !builder.relations.isEmpty else {
        throw FactTableError.unreadable(file: table.lastPathComponent, reason: "it has no rows")
      }
      try database.execute(sql: "PRAGMA user_version = \(FactIndex.layout)")
    }
    try queue.close()
  }

  /// The file is made anew where anything goes wrong, so nothing needs to survive a crash.
  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.prepareDatabase { database in
      try database.execute(
        sql: """
          PRAGMA journal_mode = OFF;
          PRAGMA synchronous = OFF;
          PRAGMA locking_mode = EXCLUSIVE;
          PRAGMA cache_size = -65536;
          """)
    }
    return configuration
  }

  /// Relations by folded name; each has the next number for the other direction.
  private var relations: [String: Int] = [:]

  private mutating func add(_ row: FactRow, to database: Database) throws {
    let relation = try number(FoldedText(row.relation).text, in: database)
    let (keys, values) = (row.keyForms, row.valueForms)
    guard !keys.isEmpty, !values.isEmpty else {
      throw FactRowProblem("nothing is left of a key or a value but punctuation")
    }
    let value = FactRecord.text(FactAnswer(forms: values, asOf: row.asOf, source: row.source))
    for key in keys { try insert(relation, key, value, in: database) }
    let key = FactRecord.text(FactAnswer(forms: keys, asOf: row.asOf, source: row.source))
    for value in values { try insert(relation + 1, value, key, in: database) }
  }

  /// Adds an answer; beyond the limit they are only counted, so that a record stays small.
  private func insert(
    _ relation: Int, _ key: String, _ record: String, in database: Database
  ) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO fact (relation, key, count, record) VALUES (?, ?, 1, ?)
        ON CONFLICT DO UPDATE SET count = count + 1,
        record = CASE WHEN count < \(FactIndex.answerLimit) THEN record || ',' || excluded.record
        ELSE record END
        """)
    try statement.execute(arguments: [relation, key, record])
  }

  private mutating func number(_ name: String, in database: Database) throws -> Int {
    if let known = relations[name] { return known }
    let number = relations.count * 2
    relations[name] = number
    try database.execute(
      sql: "INSERT INTO relation VALUES (?, ?, 0), (?, ?, 1)",
      arguments: [number, name, number + 1, name])
    return number
  }
}
