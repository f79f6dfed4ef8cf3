import VerifierKit

/// Why a row is no problem of any verifier here.
struct Unplaced: Error, Equatable {
  /// What rows of one cause have in common, as a clause; counted and listed by it.
  let reason: String
  /// What is peculiar to this row, for the first one that is listed.
  let detail: String?

  init(_ reason: String, detail: String? = nil) {
    self.reason = Self.shown(reason, atMost: 300)
    self.detail = detail.map { Self.shown($0, atMost: 120) }
  }

  /// A number that JSON's readers, this one included, may have read as another one.
  static let roundedNumber = Unplaced(
    "a number from 2^53 on is read by JSON as the nearest Double; write it as a text")

  /// What a terminal can show of a row's text, which may hold anything.
  static func shown(_ text: String, atMost limit: Int) -> String {
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(limit) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: shown.append("\u{FFFD}")
      default: shown.append(scalar)
      }
    }
    return String(shown) + (text.unicodeScalars.count > limit ? "…" : "")
  }
}

/// A row that became a problem.
struct PlacedRow {
  /// The row's own id; nil where its line gives it one.
  var id: String?
  var prompt: String
  var answer: String?
  /// The verifier that judges it.
  var verifier: String
  var metadata: [String: JSONValue] = [:]
  /// An answer to imitate, where the row has one.
  var completion: String?
}

/// A row's members by name; one that is missing or odd is a reason not to place the row.
///
/// It knows which ones were read, so that nothing a row says is lost unawares.
struct ImportRow {
  /// Names of members, shared by all copies of a row.
  private final class Names {
    var all: Set<String> = []
  }

  let members: [String: JSONValue]
  private let read = Names()

  init(_ members: [String: JSONValue]) { self.members = members }

  /// A member that is there and not null; it counts as read.
  subscript(name: String) -> JSONValue? {
    guard let value = members[name], value != .null else { return nil }
    read.all.insert(name)
    return value
  }

  /// All members, which count as read.
  var wholly: [String: JSONValue] {
    read.all.formUnion(members.keys)
    return members
  }

  /// Names of members that hold something and were not read, in alphabetical order.
  var unread: [String] {
    members.keys.filter { !read.all.contains($0) && !Self.isEmpty(members[$0]) }.sorted()
  }

  private static func isEmpty(_ value: JSONValue?) -> Bool {
    switch value {
    case nil, .null, .array([]), .object([:]): true
    case .string(let text): text.allSatisfy(\.isWhitespace)
    default: false
    }
  }

  func has(_ name: String) -> Bool { members[name].map { $0 != .null } ?? false }

  /// A text that is not empty.
  func text(_ name: String) throws(Unplaced) -> String {
    guard let text = try optionalText(name) else { throw Unplaced("there is no '\(name)'") }
    guard text.contains(where: { !$0.isWhitespace }) else { throw Unplaced("'\(name)' is empty") }
    return text
  }

  func optionalText(_ name: String) throws(Unplaced) -> String? {
    switch self[name] {
    case nil: nil
    case .string(let text): text
    default: throw Unplaced("'\(name)' is no text")
    }
  }

  /// A text, or a number as text.
  func answer(_ name: String) throws(Unplaced) -> String {
    guard let value = self[name] else { throw Unplaced("there is no '\(name)'") }
    return try Self.answer(value, name)
  }

  /// A reference as text: of a list, its only element.
  static func answer(_ value: JSONValue, _ name: String) throws(Unplaced) -> String {
    switch value {
    case .string(let text):
      guard text.contains(where: { !$0.isWhitespace }) else { throw Unplaced("'\(name)' is empty") }
      return text
    case .number(let number):
      guard number.magnitude < 0x1p53 else { throw Unplaced.roundedNumber }
      return JSONText.line(.number(number))
    case .array(let elements):
      guard elements.count == 1, case let element = elements[0], !element.isArray else {
        throw Unplaced("'\(name)' is a list, where one answer is needed")
      }
      return try answer(element, name)
    default: throw Unplaced("'\(name)' is neither a text nor a number")
    }
  }

  /// An object, or a text that holds one as JSON or as Python writes it.
  func object(_ name: String) throws(Unplaced) -> ImportRow {
    guard let value = self[name] else { throw Unplaced("there is no '\(name)'") }
    guard case .object(let members) = try JSONText.opened(value, name) else {
      throw Unplaced("'\(name)' is no object")
    }
    return ImportRow(members)
  }

  func array(_ name: String) throws(Unplaced) -> [JSONValue] {
    guard let value = self[name] else { throw Unplaced("there is no '\(name)'") }
    guard case .array(let elements) = try JSONText.opened(value, name) else {
      throw Unplaced("'\(name)' is no list")
    }
    return elements
  }

  /// Whether a member is a list of objects, as where a file is one object that holds all rows.
  func isRows(_ name: String) -> Bool {
    if case .array(let elements)? = members[name], case .object? = elements.first {
      true
    } else {
      false
    }
  }

  func texts(_ name: String) throws(Unplaced) -> [String] {
    try JSONText.texts(try array(name), name)
  }
}

/// Values that rows keep as text.
enum JSONText {
  /// The value itself, or the one that its text holds, as JSON or as a constant of Python.
  static func opened(_ value: JSONValue, _ name: String) throws(Unplaced) -> JSONValue {
    guard case .string(let text) = value else { return value }
    if let json = try? JSONReader.value(in: text) { return json }
    var reader = PythonReader(text.utf8)
    do throws(PythonReader.Unreadable) {
      let constant = try reader.constant()
      reader.skipBlanks(overLines: true)
      if reader.isAtEnd, let json = constant.plain { return json }
    } catch {
      // It is neither, as is said below.
    }
    throw Unplaced("the text in '\(name)' is neither JSON nor a constant of Python")
  }

  static func texts(_ values: [JSONValue], _ name: String) throws(Unplaced) -> [String] {
    var texts: [String] = []
    for value in values {
      guard case .string(let text) = value else {
        throw Unplaced("'\(name)' holds something that is no text")
      }
      texts.append(text)
    }
    return texts
  }

  /// A value as one line of JSON.
  static func line(_ value: JSONValue) -> String {
    var bytes: [UInt8] = []
    JSONWriter.append(value, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension JSONValue {
  var isArray: Bool { if case .array = self { true } else { false } }
}

extension PythonLiteral {
  /// The value as JSON has it: tuples and sets are lists; nil where a key is no text.
  fileprivate var plain: JSONValue? {
    switch self {
    case .none: return .null
    case .bool(let bool): return .bool(bool)
    // From 2^53 on it is refused as a number, as one of JSON is.
    case .integer(let number): return .number(Double(number))
    case .longInteger: return .number(.infinity)
    case .float(let number): return number.isFinite ? .number(number) : nil
    case .text(let text): return .string(text)
    case .list(let elements), .tuple(let elements), .set(let elements):
      let plain = elements.map(\.plain)
      return plain.contains(nil) ? nil : .array(plain.compactMap(\.self))
    case .dictionary(let pairs):
      var members: [String: JSONValue] = [:]
      for pair in pairs {
        guard case .text(let key) = pair.key, let value = pair.value.plain else { return nil }
        members[key] = value
      }
      return .object(members)
    }
  }
}
