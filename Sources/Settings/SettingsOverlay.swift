/// Lays what was written over the defaults of a section, and refuses what does not fit.
///
/// A nested section keeps the defaults that its parent gives it; any other value (a list, an enum, a
/// plain struct) is replaced whole. A section that is ``PresetSettings`` takes the defaults of the
/// preset that is written in it.
package struct SettingsOverlay {
  /// The section `type`, with `tree` and then `overrides` laid over its defaults.
  ///
  /// - Parameters:
  ///   - type: The section to fill.
  ///   - tree: A mapping, or null for defaults alone.
  ///   - path: Where the section stands, dotted; empty for a whole file.
  ///   - overrides: Those that lie below `path` are applied, in order; the others belong elsewhere.
  /// - Returns: The section, validated with all sections inside it.
  /// - Throws: ``SettingsError``, with the dotted path and the place.
  package static func decode<Section: SettingsSection>(
    _ type: Section.Type, from tree: SettingsTree, path: String = "",
    overrides: [SettingOverride] = []
  ) throws -> Section {
    var tree = tree
    for override in overrides {
      guard let below = override.path(below: path) else { continue }
      try tree.set(override.value, at: below)
    }
    return try section(type, written: tree, fallback: nil, path: path)
  }

  /// Lists the names of a section's settings, in the order in which they are declared.
  package static func keys<Section: SettingsSection>(of type: Section.Type) throws -> [String] {
    try encode(type.init()).entries.map(\.name)
  }

  /// Fills a section and validates it.
  static func section<Section: SettingsSection>(
    _ type: Section.Type, written: SettingsTree?, fallback: SettingsTree?, path: String
  ) throws -> Section {
    let place = written?.place ?? .defaults
    let written =
      written.flatMap { $0.isNull ? nil : $0 } ?? SettingsTree(.mapping([]), place: place)
    guard case .mapping(let entries) = written.value else {
      throw SettingsError.wrongType(
        path: path, found: written.shortDescription, expected: "a mapping", place: place)
    }
    let defaults = try preset(type, written: written, path: path) ?? fallback ?? encode(type.init())
    let known = defaults.entries.map(\.name)
    if let unknown = entries.first(where: { !known.contains($0.name) }) {
      throw SettingsError.unknownKey(
        path: join(path, unknown.name), known: known, place: unknown.place)
    }
    let section = try Section(
      from: OverlayDecoder(written: written, fallback: defaults, path: path))
    do {
      try section.validate()
    } catch {
      let key = joinOverlapping(path, error.key)
      let relative = key.split(separator: ".").dropFirst(path.split(separator: ".").count)
      var culprit = written
      for component in relative { culprit = culprit[String(component)] ?? culprit }
      throw SettingsError.invalid(
        InvalidSetting(key: key, value: error.value, rule: error.rule), place: culprit.place)
    }
    return section
  }

  /// The defaults of the preset that is written in a section, or `nil` if none is.
  private static func preset(
    _ type: any SettingsSection.Type, written: SettingsTree, path: String
  ) throws -> SettingsTree? {
    guard let type = type as? any PresetSettings.Type, let name = written["preset"], !name.isNull
    else { return nil }
    guard let text = name.text, let settings = type.preset(named: text) else {
      guard let text = name.text else {
        throw SettingsError.wrongType(
          path: join(path, "preset"), found: name.shortDescription, expected: "a name",
          place: name.place)
      }
      throw SettingsError.unknownChoice(
        path: join(path, "preset"), found: text, choices: type.presetNames, place: name.place)
    }
    return try encode(settings)
  }

  /// `path` and a name below it.
  static func join(_ path: String, _ name: String) -> String {
    path.isEmpty ? name : "\(path).\(name)"
  }

  /// `path` and a key that may repeat its last components: `a.rollout` and `rollout.size` give
  /// `a.rollout.size`.
  private static func joinOverlapping(_ path: String, _ key: String) -> String {
    let (path, key) = (path.split(separator: "."), key.split(separator: "."))
    let overlap = stride(from: min(path.count, key.count - 1), to: 0, by: -1)
      .first { path.suffix($0) == key.prefix($0) }
    return (path + key.dropFirst(overlap ?? 0)).joined(separator: ".")
  }
}

/// A section whose key `preset` chooses among sets of defaults.
package protocol PresetSettings: SettingsSection {
  /// What `preset` may be.
  static var presetNames: [String] { get }
  /// The defaults that `name` stands for, or `nil` if it stands for none.
  static func preset(named name: String) -> Self?
}
