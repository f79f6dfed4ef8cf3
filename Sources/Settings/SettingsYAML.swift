/// The complete settings as YAML, absent ones as `null`, in the order in which they are declared.
///
/// Reading the text again with ``SettingsOverlay`` gives an equal value.
package func encodeYAML<T: Encodable>(_ resolved: T) throws -> String {
  try encode(resolved).yaml
}

/// Every setting by its dotted path, as its text; a position in a list is a component, and an empty
/// list or mapping is one setting.
package func settingTexts<T: Encodable>(of resolved: T) throws -> [String: String] {
  var texts: [String: String] = [:]
  func add(_ tree: SettingsTree, at path: [String]) {
    switch tree.value {
    case .scalar(let text, _): texts[path.joined(separator: ".")] = text
    case .sequence(let elements) where !elements.isEmpty:
      for (index, element) in elements.enumerated() { add(element, at: path + ["\(index)"]) }
    case .mapping(let entries) where !entries.isEmpty:
      for entry in entries { add(entry.value, at: path + [entry.name]) }
    case .sequence: texts[path.joined(separator: ".")] = "[]"
    case .mapping: texts[path.joined(separator: ".")] = "{}"
    }
  }
  add(try encode(resolved), at: [])
  return texts
}

extension SettingsTree {
  /// This tree as YAML in block style, with a newline at the end.
  package var yaml: String { lines().joined(separator: "\n") + "\n" }

  /// The lines of this value, as they stand at the margin.
  private func lines() -> [String] {
    switch value {
    case .scalar(let text, let isQuoted): [isQuoted ? quoted(text) : text]
    case .sequence(let elements) where elements.isEmpty: ["[]"]
    case .sequence(let elements):
      elements.flatMap { element in
        element.lines().enumerated().map { ($0.offset == 0 ? "- " : "  ") + $0.element }
      }
    case .mapping(let entries) where entries.isEmpty: ["{}"]
    case .mapping(let entries):
      entries.flatMap { entry in
        let lines = entry.value.lines()
        return entry.value.isOneLine
          ? ["\(quoted(entry.name)): \(lines[0])"]
          : ["\(quoted(entry.name)):"] + lines.map { "  " + $0 }
      }
    }
  }

  private var isOneLine: Bool {
    switch value {
    case .scalar: true
    case .sequence(let elements): elements.isEmpty
    case .mapping(let entries): entries.isEmpty
    }
  }
}

/// A text as a YAML scalar: bare where no reader takes it for anything else, quoted otherwise.
private func quoted(_ text: String) -> String {
  let reserved = ["null", "true", "false", "yes", "no", "on", "off"]
  let isBare =
    text.utf8.first.map { isLetter($0) } ?? false
    && text.utf8.allSatisfy { isLetter($0) || (45...57).contains($0) }  // - . / and digits
    && !reserved.contains(text.lowercased())
  guard !isBare else { return text }
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\t": result += "\\t"
    case _ where isPlain(scalar): result.unicodeScalars.append(scalar)
    default:
      let digits = String(scalar.value, radix: 16)
      result +=
        digits.count <= 4
        ? "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        : "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
    }
  }
  return result + "\""
}

private func isLetter(_ byte: UInt8) -> Bool {
  (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "_")
}

/// Whether a scalar is printable without surprise; marks, breaks and private ones are escaped.
private func isPlain(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
    .paragraphSeparator:
    false
  default: true
  }
}
