import FactTables
import GRDB
import VerifierKit

/// A table of facts, indexed in an SQLite file that is only read.
///
/// A row of the file holds all that is known of one question: the key of a relation in one
/// direction, with its answers as JSON. So a lookup is one descent of one tree, in pages that are
/// mapped into memory and shared with other processes.
struct FactIndex {
  /// The version of the file's layout, in its `user_version`.
  static let layout = 1
  /// Answers to one question that are kept, at most.
  static let answerLimit = 256
  /// Bytes of the file that may be mapped; the rest is read.
  private static let mappedBytes = 512 << 20

  private let queue: DatabaseQueue
  private let relations: [RelationName: Int]

  /// A relation in one direction.
  private struct RelationName: Hashable {
    let name: String
    let isReversed: Bool
  }

  /// Opens an index that ``FactIndexBuilder`` wrote.
  ///
  /// - Throws: ``FactIndexError`` for a file that is none, or of another layout.
  init(path: String) throws {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.prepareDatabase { database in
      // One lock for all lookups, and no look for a journal at each.
      try database.execute(
        sql: """
          PRAGMA locking_mode = EXCLUSIVE;
          PRAGMA mmap_size = \(Self.mappedBytes);
          PRAGMA cache_size = -8192;
          """)
    }
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      let (layout, rows) = try queue.inDatabase { database in
        (
          try Int.fetchOne(database, sql: "PRAGMA user_version"),
          try Row.fetchAll(database, sql: "SELECT id, name, isReversed FROM relation")
        )
      }
      guard layout == Self.layout else { throw FactIndexError.otherLayout(layout ?? 0) }
      self.queue = queue
      var relations: [RelationName: Int] = [:]
      for row in rows {
        guard let id = Int.stored(row[0]), let name = String.stored(row[1]),
          let isReversed = Bool.stored(row[2])
        else { throw FactIndexError.unreadable("a relation has no name") }
        relations[RelationName(name: name, isReversed: isReversed)] = id
      }
      self.relations = relations
    } catch let error as DatabaseError {
      throw FactIndexError.unreadable(error.description)
    }
  }

  /// The answers to one question, of all times and sources.
  ///
  /// - Throws: ``FactRefusal`` where the table has none, or too many to compare with.
  func answers(
    of key: String, relation: String, isReversed: Bool
  ) throws(FactRefusal) -> [FactAnswer] {
    guard let id = number(of: relation, isReversed) else {
      throw FactRefusal("the table has no relation '\(relation.prefix(60))'")
    }
    guard let record = try record(id, FoldedText(key).text) else {
      throw FactRefusal("the table does not know this '\(relation.prefix(60))'")
    }
    if record.hasPrefix("#") {
      throw FactRefusal(
        "the table has \(record.dropFirst()) answers, more than \(Self.answerLimit)")
    }
    return try FactRecord.answers(in: record)
  }

  /// Whether a folded text is a key of a relation.
  func knows(_ key: String, relation: String, isReversed: Bool) -> Bool {
    guard let id = number(of: relation, isReversed) else { return false }
    do throws(FactRefusal) {
      return try record(id, key) != nil
    } catch {
      return true  // an index that cannot be read must not make a misspelling right
    }
  }

  /// Most problems name a relation as it is folded, since folding is idempotent.
  private func number(of relation: String, _ isReversed: Bool) -> Int? {
    relations[RelationName(name: relation, isReversed: isReversed)]
      ?? relations[RelationName(name: FoldedText(relation).text, isReversed: isReversed)]
  }

  /// What the file holds of a question, or `#` and the number of its answers where they are too
  /// many; nil where it knows none.
  private func record(_ relation: Int, _ key: String) throws(FactRefusal) -> String? {
    do {
      return try queue.inDatabase { database in
        // One column, since reading a whole row would cost more than finding it.
        let statement = try database.cachedStatement(sql: Self.query)
        return try String.fetchOne(statement, arguments: [relation, key])
      }
    } catch {
      throw FactRefusal("the table's index cannot be read: \(error)")
    }
  }

  private static let query = """
    SELECT CASE WHEN count <= \(answerLimit) THEN record ELSE '#' || count END
    FROM fact WHERE relation = ? AND key = ?
    """
}

extension DatabaseValueConvertible {
  /// A value of a column, nil where the file holds another type: a row's own subscripts would trap.
  fileprivate static func stored(_ value: DatabaseValue) -> Self? { fromDatabaseValue(value) }
}

/// An index that cannot be used.
enum FactIndexError: Error, Equatable, CustomStringConvertible {
  case unreadable(String)
  case otherLayout(Int)

  var description: String {
    switch self {
    case .unreadable(let reason): "the table's index cannot be read: \(reason)"
    case .otherLayout(let found):
      "the table's index has the layout \(found), not \(FactIndex.layout); it must be made again"
    }
  }
}

/// How the answers of one question are written: JSON arrays with commas between them.
///
/// `[["au"],19971210,20190323,"source"]`, where what is missing at the end is left out.
enum FactRecord {
  /// One answer.
  static func text(_ answer: FactAnswer) -> String {
    var parts: [JSONValue] = [.array(answer.forms.map(JSONValue.string))]
    if answer.asOf != .always || !answer.source.isEmpty {
      parts += [answer.asOf.from, answer.asOf.until].map { day in
        day.map { JSONValue.number(Double($0)) } ?? .null
      }
    }
    if !answer.source.isEmpty { parts.append(.string(answer.source)) }
    var bytes: [UInt8] = []
    JSONWriter.append(.array(parts), to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// All answers of a record.
  static func answers(in record: String) throws(FactRefusal) -> [FactAnswer] {
    let value: JSONValue
    do throws(JSONSyntaxError) {
      value = try JSONReader.value(in: "[\(record)]")
    } catch {
      throw FactRefusal("the table's index is damaged: \(error)")
    }
    guard case .array(let records) = value else { return [] }
    var answers: [FactAnswer] = []
    for record in records {
      guard case .array(let parts) = record, case .array(let texts)? = parts.first else {
        throw FactRefusal("the table's index is damaged: an answer is no list")
      }
      let forms = texts.compactMap { text in
        if case .string(let form) = text { form } else { nil }
      }
      guard !forms.isEmpty else {
        throw FactRefusal("the table's index is damaged: an answer has no text")
      }
      var source = ""
      if parts.count > 3, case .string(let name) = parts[3] { source = name }
      answers.append(
        FactAnswer(
          forms: forms, asOf: FactPeriod(from: day(parts, 1), until: day(parts, 2)), source: source)
      )
    }
    return answers
  }

  private static func day(_ parts: [JSONValue], _ place: Int) -> Int? {
    guard parts.count > place, case .number(let day) = parts[place] else { return nil }
    return Int(exactly: day)
  }
}
