import Settings
import Yams

/// Lays the keys of a mapping over a section's defaults.
enum SectionReader {
  /// Reads a section, whose keys may all be left out.
  ///
  /// - Throws: ``TaskError/unreadableManifest(file:reason:)`` for a key that nothing reads or a
  ///   value of the wrong type, and `InvalidSetting` for a value against the section's rules.
  static func read<Section: SettingsSection>(
    _ section: Section.Type, from node: Node?, path: String, file: String
  ) throws -> Section {
    guard let node else { return Section() }
    func refuse(_ reason: String) -> TaskError { .unreadableManifest(file: file, reason: reason) }
    let defaults = try Yams.compose(yaml: YAMLEncoder().encode(Section()))
    guard var merged = defaults?.mapping, let given = node.mapping else {
      throw refuse("'\(path)' must be a mapping of settings")
    }
    let known = Array(merged.keys.compactMap(\.string))
    for (key, value) in given {
      guard let name = key.string, known.contains(name) else {
        let name = key.string ?? "?"
        throw refuse(
          "unknown key '\(path).\(name)'\(suggestion(for: name, in: known)) Known: "
            + known.sorted().joined(separator: ", ") + ".")
      }
      merged[key] = value
    }
    do {
      let settings = try YAMLDecoder().decode(Section.self, from: .mapping(merged))
      try settings.validate()
      return settings
    } catch let error as DecodingError {
      throw refuse("'\(path)': \(error)")
    }
  }
}
