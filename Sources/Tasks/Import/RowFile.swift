import Foundation
import Gzip
import Settings
import VerifierKit

/// A file of rows as others publish them: JSON lines or one JSON array, plain or gzip.
///
/// It is read piece by piece, so that only the rows that are kept take memory; their number is
/// limited.
struct RowFile {
  /// Bytes of a row, at most.
  static let rowLimit = 16 << 20
  /// Bytes of the text, at most, after decompression.
  static let textLimit = 1 << 30
  /// Rows of a file, at most.
  static let rowCountLimit = 2_000_000
  private static let pieceBytes = 1 << 18

  /// One row: an object, or what it is instead.
  enum Row {
    case object([String: JSONValue])
    case other(problem: String)
  }

  let url: URL
  /// The path as errors show it.
  let shown: String
  private let textLimit: Int
  private let rowCountLimit: Int

  init(_ url: URL, textLimit: Int = textLimit, rowCountLimit: Int = rowCountLimit) {
    (self.url, shown) = (url, url.relativePath)
    (self.textLimit, self.rowCountLimit) = (textLimit, rowCountLimit)
  }

  /// Reads all rows in their order.
  ///
  /// - Parameter body: Gets the number of a row, from 1, and the row.
  /// - Returns: What the numbers count: lines, or elements of an array.
  /// - Throws: ``TaskImportError``, or what `body` throws.
  func read(_ body: (Int, Row) throws -> Void) throws -> ImportReport.Unit {
    var text = TextPieces(shown: shown, limit: textLimit)
    var rows = 0
    func take(_ number: Int, _ bytes: [UInt8]) throws {
      rows += 1
      guard rows <= rowCountLimit else {
        throw TaskImportError.tooManyRows(file: shown, limit: rowCountLimit)
      }
      try body(number, Self.row(bytes))
    }
    let handle = try open()
    defer { handle.closeFile() }
    do {
      let first = try piece(handle)
      try Self.refuseForeign(first, shown)
      if first.starts(with: Gunzip.magic) {
        var gunzip = try Gunzip()
        var next = first
        while !next.isEmpty {
          try gunzip.append(next) { try text.append($0, take) }
          next = try piece(handle)
        }
        try gunzip.finish()
      } else {
        var next = first
        while !next.isEmpty {
          try text.append(next[...], take)
          next = try piece(handle)
        }
      }
      try text.finish(take)
    } catch let problem as RowSplitter.Problem {
      throw Self.error(problem, shown)
    } catch let error as GzipError {
      throw TaskImportError.damaged(file: shown, line: text.line, reason: "\(error)")
    }
    guard rows > 0 else { throw TaskImportError.empty(file: shown) }
    return text.isArray ? .elements : .lines
  }

  // MARK: - Bytes

  private func open() throws(TaskImportError) -> FileHandle {
    do {
      let attributes = try FileManager.default.attributesOfItem(
        atPath: url.resolvingSymlinksInPath().path)
      guard attributes[.type] as? FileAttributeType == .typeRegular else {
        throw TaskImportError.unreadable(file: shown, reason: "it is not a regular file")
      }
      return try FileHandle(forReadingFrom: url)
    } catch let error as TaskImportError {
      throw error
    } catch {
      throw .unreadable(file: shown, reason: failureReason(error))
    }
  }

  private func piece(_ handle: FileHandle) throws(TaskImportError) -> [UInt8] {
    do {
      return Array(try handle.read(upToCount: Self.pieceBytes) ?? Data())
    } catch {
      throw .unreadable(file: shown, reason: failureReason(error))
    }
  }

  private static func error(_ problem: RowSplitter.Problem, _ file: String) -> TaskImportError {
    switch problem.kind {
    case .tooLong(let limit):
      .tooLong(file: file, line: problem.line, what: "a row", limit: limit)
    case .damaged(let reason): .damaged(file: file, line: problem.line, reason: reason)
    }
  }

  // MARK: - Rows

  private static func row(_ bytes: [UInt8]) -> Row {
    do throws(JSONSyntaxError) {
      guard case .object(let members) = try JSONReader.value(in: bytes, 0..<bytes.count) else {
        return .other(problem: "the row is JSON, but no object")
      }
      return .object(members)
    } catch {
      return .other(problem: "\(error)")
    }
  }

  // MARK: - Other kinds of files

  private static let kinds: [(magic: [UInt8], name: String, tool: String)] = [
    (Array("PAR1".utf8), "Parquet", "python"), (Array("ARROW1".utf8), "Arrow", "python"),
    ([0x28, 0xB5, 0x2F, 0xFD], "compressed by zstd", "zstd -d"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "compressed by xz", "xz -dk"),
    (Array("BZh".utf8), "compressed by bzip2", "bzip2 -dk"),
    ([0x50, 0x4B, 3, 4], "a zip archive", "unzip"),
  ]

  private static func refuseForeign(_ bytes: [UInt8], _ file: String) throws(TaskImportError) {
    guard let kind = kinds.first(where: { bytes.starts(with: $0.magic) }) else { return }
    let reader = kind.name == "Parquet" ? "read_parquet" : "read_feather"
    throw .foreign(
      file: file, kind: kind.name,
      conversion: kind.tool == "python"
        ? """
        python3 -c 'import pandas, sys; pandas.\(reader)(sys.argv[1]).to_json(sys.argv[2], \
        orient="records", lines=True)' \(ShellText.quoted(file)) \(ShellText.quoted(file + ".jsonl"))
        """ : "\(kind.tool) \(ShellText.quoted(file))")
  }
}

/// The text of a file, whose encoding is seen to before it is cut into rows.
private struct TextPieces {
  let shown: String
  let limit: Int
  private var splitter = RowSplitter(rowLimit: RowFile.rowLimit)
  private var bytes = 0
  /// The first bytes, until there are enough to tell the encoding.
  private var head: [UInt8]? = []
  var line: Int { splitter.line }
  var isArray: Bool { splitter.elements != nil }

  init(shown: String, limit: Int) { (self.shown, self.limit) = (shown, limit) }

  mutating func append(
    _ piece: ArraySlice<UInt8>, _ body: (Int, [UInt8]) throws -> Void
  ) throws {
    if bytes == 0 { try refuseArchive(piece) }
    bytes += piece.count
    guard bytes <= limit else {
      throw TaskImportError.tooLong(file: shown, line: line, what: "the whole text", limit: limit)
    }
    guard let start = head else { return try split(piece, body) }
    let known = start + piece
    guard known.count >= 4 else {
      head = known
      return
    }
    head = nil
    try split(try Self.withoutMark(known, shown), body)
  }

  /// Refuses an archive, whose first file's name would be taken for the beginning of a row.
  private func refuseArchive(_ piece: ArraySlice<UInt8>) throws(TaskImportError) {
    guard piece.dropFirst(257).starts(with: "ustar".utf8) else { return }
    throw .foreign(
      file: shown, kind: "a tar archive", conversion: "tar -xf \(ShellText.quoted(shown))")
  }

  mutating func finish(_ body: (Int, [UInt8]) throws -> Void) throws {
    if let head { try split(try Self.withoutMark(head, shown), body) }
    try splitter.finish(body)
  }

  private mutating func split(
    _ piece: ArraySlice<UInt8>, _ body: (Int, [UInt8]) throws -> Void
  ) throws {
    try splitter.append(piece, body)
  }

  /// The text without the byte-order mark of UTF-8.
  ///
  /// - Throws: ``TaskImportError/foreign(file:kind:conversion:)`` for UTF-16 and UTF-32, which have a
  ///   mark of their own, or a zero in the first two bytes.
  private static func withoutMark(
    _ bytes: [UInt8], _ file: String
  ) throws(TaskImportError) -> ArraySlice<UInt8> {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return bytes.dropFirst(3) }
    guard
      bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
        || bytes.prefix(2).contains(0)
    else { return bytes[...] }
    let isWide = bytes.count >= 4 && (bytes[..<2] == [0, 0] || bytes[2..<4] == [0, 0])
    let name = isWide ? "UTF-32" : "UTF-16"
    throw .foreign(
      file: file, kind: "text in \(name)",
      conversion: """
        iconv -f \(name) -t UTF-8 \(ShellText.quoted(file)) > \
        \(ShellText.quoted(file + ".utf8.jsonl"))
        """)
  }
}
