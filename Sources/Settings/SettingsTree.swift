/// A settings file as a tree of texts, each with the place it was written at.
///
/// Texts keep their spelling until a property says which type it expects.
package struct SettingsTree: Equatable, Sendable {
  /// A text, a list, or named values in the order of the file.
  package indirect enum Value: Equatable, Sendable {
    /// A quoted text is never a number, a truth value or null.
    case scalar(String, isQuoted: Bool)
    case sequence([SettingsTree])
    case mapping([Entry])
  }

  /// A named value of a mapping; a name occurs once.
  package struct Entry: Equatable, Sendable {
    package var name: String
    /// Where the name was written.
    package var place: SettingsPlace
    package var value: SettingsTree

    package init(name: String, place: SettingsPlace, value: SettingsTree) {
      self.name = name
      self.place = place
      self.value = value
    }
  }

  package var value: Value
  package var place: SettingsPlace

  package init(_ value: Value, place: SettingsPlace = .defaults) {
    self.value = value
    self.place = place
  }

  /// A mapping without entries, which leaves all defaults as they are.
  package static let empty = SettingsTree(.mapping([]))
  /// The absent value.
  package static let null = SettingsTree(.scalar("null", isQuoted: false))

  /// Whether this is YAML's null, which an empty value is too.
  package var isNull: Bool {
    guard case .scalar(let text, isQuoted: false) = value else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }
  /// The named values; empty for anything but a mapping.
  package var entries: [Entry] {
    if case .mapping(let entries) = value { entries } else { [] }
  }
  /// The values of a list; empty for anything else.
  package var elements: [SettingsTree] {
    if case .sequence(let elements) = value { elements } else { [] }
  }
  /// The text of a scalar that is not null.
  package var text: String? {
    if case .scalar(let text, _) = value, !isNull { text } else { nil }
  }
  /// The value of `name`, or `nil` if this is no mapping or has no such entry.
  package subscript(name: String) -> SettingsTree? {
    entries.first { $0.name == name }?.value
  }

  /// The same mapping without `name`, for a reader that takes that entry itself.
  package func removing(_ name: String) -> SettingsTree {
    guard case .mapping(let entries) = value else { return self }
    return SettingsTree(.mapping(entries.filter { $0.name != name }), place: place)
  }

  /// Replaces what stands at `path`, and makes mappings on the way where nothing stands.
  ///
  /// A component is a name, or a position in a list, from 0.
  ///
  /// - Throws: ``SettingsError/noElement(path:count:place:)`` if a list has no such position.
  package mutating func set(
    _ new: SettingsTree, at path: ArraySlice<String>, walked: [String] = []
  ) throws(SettingsError) {
    guard let component = path.first else {
      self = new
      return
    }
    let rest = path.dropFirst()
    let walked = walked + [component]
    if case .sequence(var elements) = value {
      guard let index = Int(component), elements.indices.contains(index) else {
        throw SettingsError.noElement(
          path: walked.joined(separator: "."), count: elements.count, place: new.place)
      }
      try elements[index].set(new, at: rest, walked: walked)
      value = .sequence(elements)
      return
    }
    var entries = self.entries
    if case .mapping = value {} else { place = new.place }
    if let index = entries.firstIndex(where: { $0.name == component }) {
      try entries[index].value.set(new, at: rest, walked: walked)
    } else {
      var child = SettingsTree(.mapping([]), place: new.place)
      try child.set(new, at: rest, walked: walked)
      entries.append(Entry(name: component, place: new.place, value: child))
    }
    value = .mapping(entries)
  }
}

/// Where a setting was written.
package enum SettingsPlace: Equatable, Sendable, CustomStringConvertible {
  /// Nowhere: it is a default.
  case defaults
  /// A line, counted from 1, of a file where its name is known.
  case line(Int, file: String?)
  /// An override on the command line, as it was typed.
  case override(String)

  package var description: String {
    switch self {
    case .defaults: "a default"
    case .line(let line, nil): "line \(line)"
    case .line(let line, let file?): "\(file), line \(line)"
    case .override(let text): "--set \(text)"
    }
  }
}
