import FactTables
import Foundation
import GRDB

/// A table of facts that is an SQLite file: its table or view `facts` has the columns of a row.
enum SQLiteTable {
  /// Reads each row in turn.
  ///
  /// - Parameters:
  ///   - file: The file, which nobody trusts: its own functions and views of modules stay off.
  ///   - each: Told each row with its number, from 1.
  /// - Throws: ``FactTableError``, or what `each` throws.
  static func read(_ file: URL, each: (FactRow, Int) throws -> Void) throws {
    let name = file.lastPathComponent
    var configuration = Configuration()
    configuration.readonly = true
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
    }
    do {
      let queue = try DatabaseQueue(path: file.path, configuration: configuration)
      try queue.inDatabase { database in
        let rows = try Row.fetchCursor(database, sql: "SELECT * FROM facts")
        let columns = try FactTableFile.columns(rows.columnNames)
        var number = 0
        while let row = try rows.next() {
          number += 1
          do {
            try each(try FactRow(fields(row, columns)), number)
          } catch let problem as FactRowProblem {
            throw FactTableError.malformed(file: name, line: number, reason: problem.reason)
          }
        }
      }
    } catch let error as DatabaseError {
      throw FactTableError.unreadable(
        file: name, reason: "\(error.message ?? "no SQLite file"); it needs a table 'facts'")
    } catch let problem as FactRowProblem {
      throw FactTableError.unreadable(file: name, reason: problem.reason)
    }
  }

  private static func fields(
    _ row: Row, _ columns: [FactRow.Column]
  ) throws(FactRowProblem) -> [FactRow.Column: String] {
    var fields: [FactRow.Column: String] = [:]
    for (index, column) in columns.enumerated() {
      let value: DatabaseValue = row[index]
      switch value.storage {
      case .null: break
      case .string(let text): fields[column] = text
      case .int64(let number): fields[column] = "\(number)"
      case .double(let number): fields[column] = "\(number)"
      case .blob: throw FactRowProblem("'\(column.rawValue)' holds bytes, not text")
      }
    }
    return fields
  }
}
