/// One setting given beside the file, like `--set reinforce.optimizer.learningRate=3e-5`.
package struct SettingOverride: Equatable, Sendable {
  /// The components of the dotted path; a list is entered by position, from 0.
  package let path: [String]
  /// What is set there.
  package let value: SettingsTree

  /// Parses `path=value`, the value as YAML: a word, a number, or a list or mapping in brackets.
  ///
  /// - Throws: ``SettingsError/notAnOverride(text:)``, or what is wrong with the value.
  package init(parsing text: String) throws(SettingsError) {
    guard let equals = text.firstIndex(of: "=") else { throw .notAnOverride(text: text) }
    let components = text[..<equals].split(separator: ".", omittingEmptySubsequences: false)
      .map(String.init)
    guard components.allSatisfy({ !$0.isEmpty && !$0.contains(where: \.isWhitespace) }) else {
      throw .notAnOverride(text: text)
    }
    let place = SettingsPlace.override(text)
    path = components
    value =
      try SettingsTree.parseValue(
        String(text[text.index(after: equals)...]), place: { _ in place })
      ?? SettingsTree(.scalar("", isQuoted: false), place: place)
  }

  /// The part of the path below `section`, or `nil` if it does not lie below.
  package func path(below section: String) -> ArraySlice<String>? {
    let components = section.split(separator: ".").map(String.init)
    guard path.count > components.count, path.starts(with: components) else { return nil }
    return path.dropFirst(components.count)
  }
}
