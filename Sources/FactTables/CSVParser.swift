/// Cuts comma-separated text into records, as bytes arrive.
///
/// Fields may be in quotes, which then hold commas, line ends, and quotes written twice (RFC 4180).
/// What is no such text is refused rather than guessed.
struct CSVParser {
  /// Bytes of a record, at most.
  static let recordLimit = 1 << 16

  private enum State {
    case fieldStart, plain, quoted, quoteInQuoted
  }

  private var state = State.fieldStart
  private var field: [UInt8] = []
  private var record: [String] = []
  private var recordBytes = 0
  /// The line at hand, from 1.
  private(set) var line = 1
  /// The line at which the record at hand began.
  private var recordLine = 1

  /// Takes bytes, cut anywhere.
  ///
  /// - Parameters:
  ///   - bytes: More of the file.
  ///   - each: Told each record with the line at which it begins; blank lines are left out.
  /// - Throws: ``FactRowProblem`` for what is no such text, or what `each` throws.
  mutating func read(
    _ bytes: some Sequence<UInt8>, each: ([String], Int) throws -> Void
  ) throws {
    for byte in bytes {
      recordBytes += 1
      guard recordBytes <= Self.recordLimit else {
        throw FactRowProblem("a record has more than \(Self.recordLimit) bytes")
      }
      switch (state, byte) {
      case (.quoted, UInt8(ascii: "\"")): state = .quoteInQuoted
      case (.quoted, _):
        if byte == 0x0A { line += 1 }
        field.append(byte)
      case (.fieldStart, UInt8(ascii: "\"")): state = .quoted
      case (.quoteInQuoted, UInt8(ascii: "\"")):
        field.append(byte)
        state = .quoted
      case (_, UInt8(ascii: ",")): try endField()
      case (_, 0x0A): try endRecord(each)
      case (.quoteInQuoted, 0x0D): break
      case (.quoteInQuoted, _):
        throw FactRowProblem("text follows a field in quotes")
      case (.plain, UInt8(ascii: "\"")):
        throw FactRowProblem("a quote stands inside a field without quotes")
      default:
        field.append(byte)
        state = .plain
      }
    }
  }

  /// Ends the text; its last line may lack a line end.
  mutating func finish(each: ([String], Int) throws -> Void) throws {
    guard state != .quoted else { throw FactRowProblem("a field in quotes does not end") }
    if !record.isEmpty || state != .fieldStart { try endRecord(each) }
  }

  private mutating func endField() throws {
    if state == .plain, field.last == 0x0D { field.removeLast() }
    guard let text = String(validating: field, as: UTF8.self) else {
      throw FactRowProblem("a field is not UTF-8")
    }
    record.append(text)
    field.removeAll(keepingCapacity: true)
    state = .fieldStart
  }

  private mutating func endRecord(_ each: ([String], Int) throws -> Void) throws {
    try endField()
    defer {
      record.removeAll(keepingCapacity: true)
      line += 1
      (recordLine, recordBytes) = (line, 0)
    }
    if record != [""] { try each(record, recordLine) }
  }
}
