package import Foundation

/// A JSON value that keeps the order of its keys and loses none of them.
///
/// Files of models are hostile input: a key that occurs twice is refused instead of overwritten,
/// and keys are told apart by their code points, so that a vocabulary may hold both spellings of
/// `é`. Depth is bounded.
package enum OrderedJSON: Equatable, Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([OrderedJSON])
  case object([Member])

  /// A key and its value.
  package struct Member: Equatable, Sendable {
    package let key: String
    package let value: OrderedJSON

    package init(_ key: String, _ value: OrderedJSON) {
      (self.key, self.value) = (key, value)
    }
  }

  /// Reads a whole document.
  ///
  /// - Throws: A ``JSONError`` with the position of what is not JSON.
  package init(parsing data: Data) throws(JSONError) {
    var parser = OrderedJSONParser([UInt8](data))
    self = try parser.document()
  }

  /// An object from a literal list of keys and values.
  package static func object(_ members: KeyValuePairs<String, OrderedJSON>) -> OrderedJSON {
    .object(members.map { Member($0.key, $0.value) })
  }

  /// The value of `key`; `null` where this is no object or has no such key.
  package subscript(key: String) -> OrderedJSON {
    guard case .object(let members) = self else { return .null }
    return members.first { $0.key == key }?.value ?? .null
  }

  /// Whether an object has `key`, be its value `null`.
  package func has(_ key: String) -> Bool { members?.contains { $0.key == key } ?? false }

  package var isNull: Bool { self == .null }

  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  package var integer: Int? { if case .integer(let value) = self { value } else { nil } }

  /// The value of any number.
  package var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  package var string: String? { if case .string(let value) = self { value } else { nil } }

  package var array: [OrderedJSON]? { if case .array(let values) = self { values } else { nil } }

  package var members: [Member]? { if case .object(let members) = self { members } else { nil } }
}

// MARK: - Writing

extension OrderedJSON {
  /// The value as UTF-8 text; objects and arrays of values that are no objects or arrays stay on
  /// one line.
  package func serialized() -> Data {
    var text = ""
    write(to: &text, indentation: "")
    text += "\n"
    return Data(text.utf8)
  }

  private func write(to text: inout String, indentation: String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += "\(value)"
    case .number(let value): text += value.isFinite ? "\(value)" : "null"
    case .string(let value): Self.write(quoted: value, to: &text)
    case .array(let values):
      let inner = values.contains(where: \.isNested) ? "\n" + indentation + "  " : ""
      text += "["
      for (index, value) in values.enumerated() {
        text += index == 0 ? inner : "," + (inner.isEmpty ? " " : inner)
        value.write(to: &text, indentation: indentation + "  ")
      }
      text += (inner.isEmpty ? "" : "\n" + indentation) + "]"
    case .object(let members):
      text += members.isEmpty ? "{" : "{\n"
      for (index, member) in members.enumerated() {
        text += (index == 0 ? "" : ",\n") + indentation + "  "
        Self.write(quoted: member.key, to: &text)
        text += ": "
        member.value.write(to: &text, indentation: indentation + "  ")
      }
      text += members.isEmpty ? "}" : "\n" + indentation + "}"
    }
  }

  private var isNested: Bool {
    switch self {
    case .array, .object: true
    default: false
    }
  }

  private static func write(quoted value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\0"..<" ", "\u{7F}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
