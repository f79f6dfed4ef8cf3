/// Cuts a text into rows: lines, or the elements of one JSON array.
///
/// It takes bytes cut anywhere and holds no more than one row. The first byte that is no blank tells
/// which it is. It looks at brackets and quotes only; whether a row is JSON its reader finds out.
struct RowSplitter {
  /// A text that cannot be cut on, at a line counted from 1.
  struct Problem: Error {
    enum Kind {
      case tooLong(limit: Int)
      case damaged(reason: String)
    }

    let line: Int
    let kind: Kind
  }

  private enum State {
    /// Before the first byte that is no blank.
    case start
    case inLine
    /// Between two elements of an array; `needsElement` behind a comma.
    case betweenElements(needsElement: Bool)
    case inElement
    case behindArray
  }

  /// Bytes of a row, at most.
  let rowLimit: Int

  private var state = State.start
  private var row: [UInt8] = []
  /// The line that is read, and the one in which the row began.
  private(set) var line = 1
  private var firstLine = 1
  /// Elements of the array so far; nil for lines.
  private(set) var elements: Int?
  private var depth = 0
  private var (isInString, isEscaped) = (false, false)

  init(rowLimit: Int) { self.rowLimit = rowLimit }

  /// Takes bytes, and hands each row that is complete to `body`, with its number from 1: of its
  /// line, or of the element.
  mutating func append(
    _ bytes: ArraySlice<UInt8>, _ body: (Int, [UInt8]) throws -> Void
  ) throws {
    var rest = bytes
    while let byte = rest.first {
      if case .inLine = state {
        // Whole runs at once, since most bytes are in the middle of a line.
        let end = rest.firstIndex(of: 0x0A) ?? rest.endIndex
        try add(rest[..<end])
        rest = rest[end...]
        if rest.isEmpty { return }
        try endRow(body)
        rest = rest.dropFirst()
        line += 1
        firstLine = line
        continue
      }
      try take(byte, body)
      rest = rest.dropFirst()
    }
  }

  /// Ends the text.
  mutating func finish(_ body: (Int, [UInt8]) throws -> Void) throws {
    switch state {
    case .start, .behindArray: return
    case .inLine: try endRow(body)
    case .betweenElements, .inElement:
      throw damaged("the array that begins the file does not end")
    }
  }

  // MARK: - Bytes

  private mutating func take(_ byte: UInt8, _ body: (Int, [UInt8]) throws -> Void) throws {
    defer { if byte == 0x0A { line += 1 } }
    switch state {
    case .start:
      if byte == UInt8(ascii: "[") {
        (state, elements) = (.betweenElements(needsElement: false), 0)
      } else if !Self.isBlank(byte) {
        (state, firstLine) = (.inLine, line)
        try add(CollectionOfOne(byte))
      }
    case .betweenElements(let needsElement):
      if Self.isBlank(byte) { return }
      if byte == UInt8(ascii: "]"), !needsElement {
        state = .behindArray
      } else {
        guard byte != UInt8(ascii: ","), byte != UInt8(ascii: "]") else {
          throw damaged("an element of the array is missing")
        }
        (state, firstLine, depth) = (.inElement, line, 0)
        elements = elements.map { $0 + 1 }
        try takeInElement(byte, body)
      }
    case .inElement: try takeInElement(byte, body)
    case .behindArray:
      guard Self.isBlank(byte) else { throw damaged("something follows the array's end") }
    case .inLine: preconditionFailure("lines are taken as wholes")
    }
  }

  private mutating func takeInElement(
    _ byte: UInt8, _ body: (Int, [UInt8]) throws -> Void
  ) throws {
    if isInString {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isInString = false
      }
    } else {
      switch byte {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: ",") where depth == 0:
        try endRow(body)
        state = .betweenElements(needsElement: true)
        return
      case UInt8(ascii: "]") where depth == 0:
        try endRow(body)
        state = .behindArray
        return
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= depth > 0 ? 1 : 0
      default: break
      }
    }
    try add(CollectionOfOne(byte))
  }

  private mutating func add(_ bytes: some Collection<UInt8>) throws {
    guard row.count + bytes.count <= rowLimit else {
      throw Problem(line: firstLine, kind: .tooLong(limit: rowLimit))
    }
    row.append(contentsOf: bytes)
  }

  private mutating func endRow(_ body: (Int, [UInt8]) throws -> Void) throws {
    defer { row.removeAll(keepingCapacity: true) }
    if !row.allSatisfy(Self.isBlank) { try body(elements ?? firstLine, row) }
  }

  private func damaged(_ reason: String) -> Problem {
    Problem(line: line, kind: .damaged(reason: reason))
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
  }
}
