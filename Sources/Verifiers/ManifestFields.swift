import Foundation
import Settings
import VerifierKit
import Yams

/// The fields of one mapping in a manifest, taken out one by one so that the rest can be refused.
struct ManifestFields {
  /// Bytes of a manifest, at most.
  static let byteLimit = 64 << 10
  /// Values in a manifest, at most; aliases count each time.
  static let valueLimit = 10_000

  private let file: URL
  private let prefix: String
  private var values: [String: JSONValue]
  private var read: [String] = []

  /// Reads a file.
  ///
  /// - Throws: ``VerifierError/unreadableManifest(file:reason:)``.
  init(file: URL) throws(VerifierError) {
    let text = try Self.contents(of: file)
    var budget = Self.valueLimit
    let root: JSONValue
    do {
      guard let node = try Yams.compose(yaml: text) else { throw ManifestSyntax("it is empty") }
      root = try Self.value(node, budget: &budget)
    } catch {
      throw .unreadableManifest(file: file, reason: "\(error)")
    }
    guard case .object(let values) = root else {
      throw .unreadableManifest(file: file, reason: "it is not a mapping")
    }
    (self.file, prefix, self.values) = (file, "", values)
  }

  private init(file: URL, prefix: String, values: [String: JSONValue]) {
    (self.file, self.prefix, self.values) = (file, prefix, values)
  }

  /// An error about a field.
  func invalid(_ field: String, _ rule: String) -> VerifierError {
    .invalidManifest(file: file, field: prefix + field, rule: rule)
  }

  /// Whether the manifest has a field.
  mutating func has(_ field: String) -> Bool {
    if values[field] == nil { read.append(field) }
    return values[field] != nil
  }

  /// Refuses what nobody took.
  func refuseOthers() throws(VerifierError) {
    guard let other = values.keys.min() else { return }
    let advice = closest(to: other, in: read).map { ". Did you mean '\($0)'?" } ?? ""
    throw invalid(other, "is unknown; the fields here are \(read.joined(separator: ", "))\(advice)")
  }

  mutating func text(_ field: String) throws(VerifierError) -> String {
    guard case .string(let text)? = try take(field), !text.isEmpty else {
      throw invalid(field, "must be text that is not empty")
    }
    return text
  }

  mutating func texts(_ field: String) throws(VerifierError) -> [String] {
    let rule = "must be a list of texts, the executable first"
    guard case .array(let elements)? = try take(field), !elements.isEmpty else {
      throw invalid(field, rule)
    }
    var texts: [String] = []
    for element in elements {
      guard case .string(let text) = element, !text.utf8.contains(0) else {
        throw invalid(field, rule)
      }
      texts.append(text)
    }
    guard texts.first?.isEmpty == false else { throw invalid(field, rule) }
    return texts
  }

  mutating func number(
    _ field: String, in range: ClosedRange<Double>, default standard: Double? = nil
  ) throws(VerifierError) -> Double {
    guard let value = try take(field, isNeeded: standard == nil) ?? standard.map(JSONValue.number),
      case .number(let number) = value, range.contains(number)
    else {
      throw invalid(field, "must be a number in \(range.lowerBound)...\(range.upperBound)")
    }
    return number
  }

  mutating func integer(
    _ field: String, in range: ClosedRange<Int>, default standard: Int? = nil
  ) throws(VerifierError) -> Int {
    let value = try take(field, isNeeded: standard == nil)
    guard case .number(let number) = value ?? .number(Double(standard ?? 0)),
      let integer = Int(exactly: number), range.contains(integer)
    else {
      throw invalid(
        field, "must be a whole number in \(range.lowerBound)...\(range.upperBound)")
    }
    return integer
  }

  /// A number, nil where the field is absent.
  mutating func optionalNumber(
    _ field: String, in range: ClosedRange<Double>
  ) throws(VerifierError) -> Double? {
    let isThere = values[field] != nil
    let number = try number(field, in: range, default: range.lowerBound)
    return isThere ? number : nil
  }

  /// A list of texts, nil where the field is absent.
  mutating func optionalTexts(_ field: String) throws(VerifierError) -> [String]? {
    if values[field] != nil { return try texts(field) }
    read.append(field)
    return nil
  }

  /// A truth, false where the field is absent.
  mutating func flag(_ field: String) throws(VerifierError) -> Bool {
    switch try take(field, isNeeded: false) {
    case nil: return false
    case .bool(let flag): return flag
    default: throw invalid(field, "must be true or false")
    }
  }

  /// An object, empty where the field is absent.
  mutating func object(_ field: String) throws(VerifierError) -> [String: JSONValue] {
    switch try take(field, isNeeded: false) {
    case nil: [:]
    case .object(let members): members
    default: throw invalid(field, "must be a mapping")
    }
  }

  /// The fields of an object, nil where it is absent.
  mutating func section(_ field: String) throws(VerifierError) -> ManifestFields? {
    let isThere = values[field] != nil
    let members = try object(field)
    return isThere ? ManifestFields(file: file, prefix: prefix + field + ".", values: members) : nil
  }

  /// The fields of each mapping of a list, nil where the list is absent.
  mutating func sections(_ field: String) throws(VerifierError) -> [ManifestFields]? {
    switch try take(field, isNeeded: false) {
    case nil: return nil
    case .array(let elements):
      var sections: [ManifestFields] = []
      for (index, element) in elements.enumerated() {
        guard case .object(let members) = element else {
          throw invalid("\(field).\(index)", "must be a mapping")
        }
        sections.append(
          ManifestFields(file: file, prefix: "\(prefix)\(field).\(index).", values: members))
      }
      return sections
    default: throw invalid(field, "must be a list of mappings")
    }
  }

  private mutating func take(
    _ field: String, isNeeded: Bool = true
  ) throws(VerifierError) -> JSONValue? {
    read.append(field)
    let value = values.removeValue(forKey: field)
    guard value != nil || !isNeeded else { throw invalid(field, "is missing") }
    return value
  }

  // MARK: - YAML

  private static func contents(of file: URL) throws(VerifierError) -> String {
    do {
      let handle = try FileHandle(forReadingFrom: file)
      defer { handle.closeFile() }
      let data = try handle.read(upToCount: byteLimit + 1) ?? Data()
      guard data.count <= byteLimit else {
        throw ManifestSyntax("it is longer than \(byteLimit) bytes")
      }
      guard let text = String(validating: data, as: UTF8.self) else {
        throw ManifestSyntax("it is not UTF-8")
      }
      return text
    } catch let error as ManifestSyntax {
      throw .unreadableManifest(file: file, reason: error.description)
    } catch {
      throw .unreadableManifest(file: file, reason: failureReason(error))
    }
  }

  private static func value(_ node: Node, budget: inout Int) throws(ManifestSyntax) -> JSONValue {
    budget -= 1
    guard budget >= 0 else { throw ManifestSyntax("it holds more than \(valueLimit) values") }
    switch node {
    case .scalar(let scalar):
      if scalar.style == .singleQuoted || scalar.style == .doubleQuoted {
        return .string(scalar.string)
      }
      if node.null != nil { return .null }
      if let bool = node.bool { return .bool(bool) }
      if let integer = node.int { return .number(Double(integer)) }
      if let number = node.float, number.isFinite { return .number(number) }
      return .string(scalar.string)
    case .sequence(let sequence):
      var elements: [JSONValue] = []
      for element in sequence { elements.append(try value(element, budget: &budget)) }
      return .array(elements)
    case .mapping(let mapping):
      var members: [String: JSONValue] = [:]
      for (key, member) in mapping {
        guard case .scalar(let name) = key else { throw ManifestSyntax("a key is not text") }
        guard members.updateValue(try value(member, budget: &budget), forKey: name.string) == nil
        else { throw ManifestSyntax("the key '\(name.string)' occurs twice") }
      }
      return .object(members)
    case .alias(let alias):
      throw ManifestSyntax("the alias '\(alias.anchor.rawValue)' is not resolved")
    }
  }
}

/// What is wrong with a manifest's text.
private struct ManifestSyntax: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
