package import Foundation
import VerifierKit

/// A table of facts as text: comma-separated values with a header, or one JSON object a line.
///
/// The columns are those of ``FactRow/Column``; `key`, `relation` and `value` are needed. Lists are
/// separated by `|` in CSV, and are arrays in JSON.
package struct FactTableFile {
  /// How a table is written.
  package enum Format: String, Sendable {
    case csv
    case jsonLines = "jsonl"
    case sqlite

    /// The format that a file's name tells.
    package init?(of file: URL) {
      switch file.pathExtension.lowercased() {
      case "csv": self = .csv
      case "jsonl", "ndjson": self = .jsonLines
      case "sqlite", "sqlite3", "db": self = .sqlite
      default: return nil
      }
    }
  }

  /// Bytes of a table, at most.
  package static let fileLimit = 8 << 30
  /// Bytes of a line of JSON, at most.
  private static let lineLimit = 1 << 16
  private static let chunk = 1 << 20

  private let url: URL
  private let shown: String

  /// A table in a file; nothing is read yet.
  ///
  /// - Parameters:
  ///   - url: The file, whose name's end tells the format.
  ///   - shown: How errors name it; its path by default.
  package init(_ url: URL, shown: String? = nil) {
    (self.url, self.shown) = (url, shown ?? url.relativePath)
  }

  /// Reads each row in turn, in bounded memory.
  ///
  /// - Parameter each: Told each row with its line.
  /// - Throws: ``FactTableError``, or what `each` throws.
  package func read(each: (FactRow, Int) throws -> Void) throws {
    switch Format(of: url) {
    case .csv: try readCSV(each)
    case .jsonLines: try readJSON(each)
    case .sqlite, nil:
      throw FactTableError.unreadable(
        file: shown, reason: "its name does not end in .csv, .jsonl or .sqlite")
    }
  }

  // MARK: - CSV

  private func readCSV(_ each: (FactRow, Int) throws -> Void) throws {
    var parser = CSVParser()
    var columns: [FactRow.Column]?
    func take(_ fields: [String], _ line: Int) throws {
      try located(line) {
        guard let columns else {
          columns = try Self.columns(fields)
          return
        }
        guard fields.count == columns.count else {
          throw FactRowProblem("there are \(fields.count) fields, not \(columns.count)")
        }
        let row = try FactRow(Dictionary(uniqueKeysWithValues: zip(columns, fields)))
        try each(row, line)
      }
    }
    try readChunks { bytes in
      let line = parser.line
      do { try parser.read(bytes, each: take) } catch let problem as FactRowProblem {
        throw FactTableError.malformed(
          file: shown, line: max(line, parser.line), reason: problem.reason)
      }
    }
    try located(parser.line) { try parser.finish(each: take) }
    guard columns != nil else {
      throw FactTableError.unreadable(file: shown, reason: "it is empty")
    }
  }

  /// The columns that a header names.
  package static func columns(_ names: [String]) throws(FactRowProblem) -> [FactRow.Column] {
    var columns: [FactRow.Column] = []
    let known = FactRow.Column.allCases.map(\.rawValue).joined(separator: ", ")
    for name in names {
      let plain = name.filter { !$0.isWhitespace && $0 != "\u{FEFF}" }
      guard let column = FactRow.Column(rawValue: plain), !columns.contains(column) else {
        throw FactRowProblem("the column '\(plain.prefix(40))' is not one of \(known), once each")
      }
      columns.append(column)
    }
    for column in FactRow.Column.allCases where column.isNeeded && !columns.contains(column) {
      throw FactRowProblem("the column '\(column.rawValue)' is missing")
    }
    return columns
  }

  // MARK: - JSON

  private func readJSON(_ each: (FactRow, Int) throws -> Void) throws {
    var partial: [UInt8] = []
    var line = 0
    func take(_ bytes: [UInt8]) throws {
      line += 1
      guard !bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) else { return }
      try located(line) { try each(try Self.row(bytes), line) }
    }
    try readChunks { bytes in
      var rest = bytes[...]
      while let end = rest.firstIndex(of: 0x0A) {
        try take(partial + rest[..<end])
        partial.removeAll(keepingCapacity: true)
        rest = rest[(end + 1)...]
      }
      partial += rest
      guard partial.count <= Self.lineLimit else {
        throw FactTableError.malformed(
          file: shown, line: line + 1, reason: "the line has more than \(Self.lineLimit) bytes")
      }
    }
    if !partial.isEmpty { try take(partial) }
  }

  private static func row(_ bytes: [UInt8]) throws -> FactRow {
    let value: JSONValue
    do throws(JSONSyntaxError) {
      value = try JSONReader.value(in: bytes, 0..<bytes.count)
    } catch {
      throw FactRowProblem(error.description)
    }
    guard case .object(let members) = value else { throw FactRowProblem("it is no object") }
    var texts: [FactRow.Column: String] = [:]
    var lists: [FactRow.Column: [String]] = [:]
    for (name, member) in members {
      guard let column = FactRow.Column(rawValue: name) else {
        throw FactRowProblem("nothing reads the key '\(name.prefix(40))'")
      }
      switch member {
      case .null: break
      case .string(let text):
        (column.isList ? { lists[column] = [text] } : { texts[column] = text })()
      case .number(let number) where !column.isList: texts[column] = Self.text(number)
      case .array(let elements) where column.isList:
        lists[column] = try elements.map {
          guard case .string(let text) = $0 else {
            throw FactRowProblem("'\(name)' is not a list of texts")
          }
          return text
        }
      default: throw FactRowProblem("'\(name)' has the wrong type")
      }
    }
    return try FactRow(texts: texts, lists: lists)
  }

  private static func text(_ number: Double) -> String {
    Int(exactly: number).map { "\($0)" } ?? "\(number)"
  }

  // MARK: - Files

  private func readChunks(_ each: ([UInt8]) throws -> Void) throws {
    let handle: FileHandle
    do {
      handle = try FileHandle(forReadingFrom: url)
    } catch {
      throw FactTableError.unreadable(file: shown, reason: "it cannot be opened")
    }
    defer { handle.closeFile() }
    var total = 0
    while true {
      let data: Data?
      do {
        data = try handle.read(upToCount: Self.chunk)
      } catch {
        throw FactTableError.unreadable(file: shown, reason: "it cannot be read")
      }
      guard let data, !data.isEmpty else { return }
      let mark: [UInt8] = [0xEF, 0xBB, 0xBF]  // of UTF-8, which some programs write first
      let isMarked = total == 0 && data.starts(with: mark)
      total += data.count
      guard total <= Self.fileLimit else {
        throw FactTableError.unreadable(
          file: shown, reason: "it has more than \(Self.fileLimit) bytes")
      }
      try each(Array(isMarked ? data.dropFirst(mark.count) : data))
    }
  }

  private func located(_ line: Int, _ body: () throws -> Void) throws {
    do { try body() } catch let problem as FactRowProblem {
      throw FactTableError.malformed(file: shown, line: line, reason: problem.reason)
    }
  }
}

/// A table that cannot be used, with the place.
package enum FactTableError: Error, Equatable, CustomStringConvertible {
  case unreadable(file: String, reason: String)
  case malformed(file: String, line: Int, reason: String)

  package var description: String {
    switch self {
    case .unreadable(let file, let reason): "The table \(file) cannot be used: \(reason)."
    case .malformed(let file, let line, let reason):
      """
      \(file):\(line): \(reason). A table has the columns key, relation and value, and may have \
      keyAliases, aliases, asOf, source and unit.
      """
    }
  }
}
