package import Foundation
import Yams

extension SettingsTree {
  /// The longest text that is read, in bytes.
  package static let maximumBytes = 1 << 20
  /// The greatest number of values, after anchors are repeated.
  package static let maximumValues = 100_000
  /// The greatest number of lists and mappings inside each other.
  package static let maximumDepth = 64

  /// The greatest number of repeated anchors in a text.
  ///
  /// The parser itself compares keys as deep as they go, and `n` repeats multiply a text by at most
  /// `3^(n / 3)`; this keeps the product below four million.
  static func maximumAliases(bytes: Int) -> Int {
    Int(3 * log(Double(1 << 22) / Double(max(bytes, 1))) / log(3.0))
  }

  /// Reads a file of settings.
  ///
  /// - Throws: ``SettingsError`` with the file's name, and the line where there is one.
  package static func read(_ file: URL) throws(SettingsError) -> SettingsTree {
    let name = file.relativePath
    let data: Data
    do {
      let handle = try FileHandle(forReadingFrom: file)
      data = try handle.read(upToCount: maximumBytes + 1) ?? Data()
      try handle.close()
    } catch {
      throw .unreadable(file: name, reason: failureReason(error))
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw .unreadable(file: name, reason: "it is not UTF-8 text")
    }
    return try parse(text, file: name)
  }

  /// Parses a document, which must be a mapping.
  ///
  /// - Parameters:
  ///   - text: YAML, one document.
  ///   - file: The name that errors give.
  /// - Returns: The document, with lines as places.
  /// - Throws: ``SettingsError`` with the line.
  package static func parse(_ text: String, file: String? = nil) throws(SettingsError)
    -> SettingsTree
  {
    let start = SettingsPlace.line(1, file: file)
    guard let tree = try parseValue(text, place: { .line($0, file: file) }) else {
      throw .notMapping(found: "empty", place: start)
    }
    guard case .mapping = tree.value else {
      throw .notMapping(found: tree.shortDescription, place: tree.place)
    }
    return tree
  }

  /// Parses any value; `nil` for a text without one.
  static func parseValue(
    _ text: String, place: (Int) -> SettingsPlace
  ) throws(SettingsError) -> SettingsTree? {
    guard text.utf8.count <= maximumBytes else {
      throw .tooLarge(what: "bytes", limit: maximumBytes, place: place(1))
    }
    let aliases = maximumAliases(bytes: text.utf8.count)
    if let line = lineOfAlias(number: aliases + 1, in: text) {
      throw .tooLarge(what: "repeated anchors", limit: aliases, place: place(line))
    }
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw SettingsError(error, text: text, place: place)
    } catch {
      throw .notYAML(problem: "\(error)", place: place(1))
    }
    guard let node else { return nil }
    var values = 0
    return try convert(node, depth: 0, values: &values, place: place)
  }

  private static func convert(
    _ node: Node, depth: Int, values: inout Int, place: (Int) -> SettingsPlace
  ) throws(SettingsError) -> SettingsTree {
    let here = place(node.mark?.line ?? 1)
    values += 1
    guard values <= maximumValues else {
      throw .tooLarge(what: "values", limit: maximumValues, place: here)
    }
    guard depth <= maximumDepth else {
      throw .tooLarge(what: "levels", limit: maximumDepth, place: here)
    }
    switch node {
    case .scalar(let scalar):
      let isQuoted = scalar.style != .plain && scalar.style != .any
      return SettingsTree(.scalar(scalar.string, isQuoted: isQuoted), place: here)
    case .sequence(let sequence):
      var elements: [SettingsTree] = []
      for element in sequence {
        elements.append(
          try convert(element, depth: depth + 1, values: &values, place: place))
      }
      return SettingsTree(.sequence(elements), place: here)
    case .mapping(let mapping):
      var entries: [Entry] = []
      var names: Set<String> = []
      for (key, value) in mapping {
        let keyPlace = place(key.mark?.line ?? 1)
        guard case .scalar(let name) = key else {
          throw .notYAML(problem: "a key must be a single word", place: keyPlace)
        }
        guard names.insert(name.string).inserted else {
          throw .duplicateKey(key: name.string, place: keyPlace)
        }
        entries.append(
          Entry(
            name: name.string, place: keyPlace,
            value: try convert(value, depth: depth + 1, values: &values, place: place)))
      }
      return SettingsTree(.mapping(entries), place: here)
    case .alias:
      throw .notYAML(problem: "an anchor that was not resolved", place: here)
    }
  }

  /// What errors call this value.
  var shortDescription: String {
    switch value {
    case _ where isNull: "null"
    case .scalar(let text, isQuoted: true): "the text '\(text.prefix(80))'"
    case .scalar(let text, isQuoted: false): "'\(text.prefix(80))'"
    case .sequence(let elements): "a list of \(elements.count)"
    case .mapping(let entries): "a mapping of \(entries.count)"
    }
  }
}

// MARK: - What the parser reports

/// The line of the `number`th `*name` that may repeat an anchor: one where a value can begin.
///
/// A star inside a quoted text may be counted too; more than a few of those are unheard of.
private func lineOfAlias(number: Int, in text: String) -> Int? {
  var (line, found) = (1, 0)
  var previous = UInt8(ascii: "\n")
  var isAfterStar = false
  for byte in text.utf8 {
    if isAfterStar, byte > UInt8(ascii: " "), byte != UInt8(ascii: "*") {
      found += 1
      if found == number { return line }
    }
    isAfterStar = byte == UInt8(ascii: "*") && " \t\r\n[{,:?-".utf8.contains(previous)
    if byte == UInt8(ascii: "\n") { line += 1 }
    previous = byte
  }
  return nil
}

extension SettingsError {
  fileprivate init(_ error: YamlError, text: String, place: (Int) -> SettingsPlace) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      let line = mark.line <= lines.count ? lines[max(mark.line, 1) - 1] : ""
      let isTab = line.prefix { $0 == " " || $0 == "\t" }.contains("\t")
      self = .notYAML(
        problem: isTab ? "the line is indented with a tab, and YAML wants spaces" : problem,
        place: place(mark.line))
    case .reader(let problem, let offset, _, _):
      let before = text.prefix(offset ?? 0)
      self = .notYAML(problem: problem, place: place(before.count { $0.isNewline } + 1))
    case .duplicatedKeysInMapping(let duplicates, let context):
      self = .duplicateKey(key: duplicates.first ?? "", place: place(context.mark.line))
    default:
      self = .notYAML(problem: "\(error)", place: place(1))
    }
  }
}
