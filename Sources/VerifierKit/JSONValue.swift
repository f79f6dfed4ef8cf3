import Foundation

/// Any JSON value, for metadata whose shape the task set decides.
public enum JSONValue: Codable, Hashable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Reads any value.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Writes the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }

  /// Whether it is, or holds, a number from 2^53 on, which may be another one than was written:
  /// a Double does not tell whole numbers of that size apart.
  package var holdsRoundedNumber: Bool {
    switch self {
    case .number(let number): number.magnitude >= 0x1p53
    case .array(let elements): elements.contains(where: \.holdsRoundedNumber)
    case .object(let members): members.values.contains(where: \.holdsRoundedNumber)
    case .null, .bool, .string: false
    }
  }
}
