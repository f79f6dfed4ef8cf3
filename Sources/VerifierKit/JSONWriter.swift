/// Writes JSON as bytes on one line, as the verifier protocol needs it.
package enum JSONWriter {
  /// Appends `text` in quotes; whatever it holds, the result has no line break.
  package static func append(_ text: String, to line: inout [UInt8]) {
    let isDone: Void? = text.utf8.withContiguousStorageIfAvailable { quote($0, to: &line) }
    if isDone == nil { quote(Array(text.utf8), to: &line) }
  }

  /// Appends `number`; one that is not finite has no JSON and becomes `null`.
  package static func append(_ number: Double, to line: inout [UInt8]) {
    if let integer = Int(exactly: number), integer.magnitude < 1 << 53 {
      line.append(contentsOf: String(integer).utf8)
    } else if number.isFinite {
      line.append(contentsOf: number.description.utf8)
    } else {
      line.append(contentsOf: "null".utf8)
    }
  }

  /// Appends `value`, an object's keys in alphabetical order.
  package static func append(_ value: JSONValue, to line: inout [UInt8]) {
    switch value {
    case .null: line.append(contentsOf: "null".utf8)
    case .bool(let bool): line.append(contentsOf: bool ? "true".utf8 : "false".utf8)
    case .number(let number): append(number, to: &line)
    case .string(let text): append(text, to: &line)
    case .array(let elements):
      line.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { line.append(UInt8(ascii: ",")) }
        append(element, to: &line)
      }
      line.append(UInt8(ascii: "]"))
    case .object(let members): append(members, to: &line)
    }
  }

  /// Appends `members` as an object, its keys in alphabetical order.
  package static func append(_ members: [String: JSONValue], to line: inout [UInt8]) {
    line.append(UInt8(ascii: "{"))
    for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
      if index > 0 { line.append(UInt8(ascii: ",")) }
      append(member.key, to: &line)
      line.append(UInt8(ascii: ":"))
      append(member.value, to: &line)
    }
    line.append(UInt8(ascii: "}"))
  }

  /// Appends bytes of text in quotes, the runs between escapes as wholes.
  private static func quote(
    _ text: some RandomAccessCollection<UInt8>, to line: inout [UInt8]
  ) {
    line.append(UInt8(ascii: "\""))
    var rest = text[...]
    while let at = rest.firstIndex(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }) {
      line.append(contentsOf: rest[..<at])
      escape(rest[at], to: &line)
      rest = rest[rest.index(after: at)...]
    }
    line.append(contentsOf: rest)
    line.append(UInt8(ascii: "\""))
  }

  private static func escape(_ byte: UInt8, to line: inout [UInt8]) {
    line.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x0A: line.append(UInt8(ascii: "n"))
    case ..<0x20:
      line.append(contentsOf: "u00".utf8)
      line.append(hexDigit(byte >> 4))
      line.append(hexDigit(byte & 15))
    default: line.append(byte)
    }
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? value + 48 : value + 87
  }
}
