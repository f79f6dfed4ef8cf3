/// Why a settings file or an override cannot be used.
package enum SettingsError: Error, Equatable {
  /// A file that cannot be opened, or is not text.
  case unreadable(file: String, reason: String)
  /// Text that is not YAML.
  case notYAML(problem: String, place: SettingsPlace)
  /// More than settings need: a mistake, or an attack that repeats an anchor without end.
  case tooLarge(what: String, limit: Int, place: SettingsPlace)
  /// A document that names nothing.
  case notMapping(found: String, place: SettingsPlace)
  /// A name that occurs twice in one mapping.
  case duplicateKey(key: String, place: SettingsPlace)
  /// A name that nothing reads.
  case unknownKey(path: String, known: [String], place: SettingsPlace)
  /// A list position that does not exist.
  case noElement(path: String, count: Int, place: SettingsPlace)
  /// A value that is not given and has no default.
  case missing(path: String, place: SettingsPlace)
  /// A value of another type than its property.
  case wrongType(path: String, found: String, expected: String, place: SettingsPlace)
  /// A text that is none of the names a property knows.
  case unknownChoice(path: String, found: String, choices: [String], place: SettingsPlace)
  /// A value that breaks a rule.
  case invalid(InvalidSetting, place: SettingsPlace)
  /// An override that is not `path=value`.
  case notAnOverride(text: String)
}

extension SettingsError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "'\(file)' cannot be read: \(reason)."
    case .notYAML(let problem, let place):
      "not YAML (\(place)): \(problem)."
    case .tooLarge(let what, let limit, let place):
      "settings hold more than \(limit) \(what) (\(place)). Write them out, without anchors."
    case .notMapping(let found, let place):
      "settings are 'name: value' lines, but this is \(found) (\(place))."
    case .duplicateKey(let key, let place):
      "the key '\(key)' occurs twice (\(place)). Remove one of the two."
    case .unknownKey(let path, let known, let place):
      "unknown key '\(path)' (\(place)).\(Self.advice(for: path, among: known, name: "keys"))"
    case .noElement(let path, let count, let place):
      "'\(path)' names no element of a list of \(count) (\(place)). Positions count from 0."
    case .missing(let path, let place):
      "'\(path)' is missing (\(place)), and has no default."
    case .wrongType(let path, let found, let expected, let place):
      "'\(path)' is \(found) (\(place)), but must be \(expected)."
    case .unknownChoice(let path, let found, let choices, let place):
      "'\(path)' is '\(found)' (\(place)).\(Self.advice(for: found, among: choices, name: "values"))"
    case .invalid(let invalid, let place):
      "'\(invalid.key)' is \(invalid.value) (\(place)), but \(invalid.rule)."
    case .notAnOverride(let text):
      "'\(text)' is no override. Write it as path=value, like reinforce.rollout.groupSize=16."
    }
  }

  /// The nearest known name as a question, and all of them where they are few.
  private static func advice(for path: String, among known: [String], name: String) -> String {
    let last = path.split(separator: ".").last.map(String.init) ?? path
    var advice = closest(to: last, in: known).map { " Did you mean '\($0)'?" } ?? ""
    if advice.isEmpty, !known.isEmpty {
      advice = " Known \(name): \(known.joined(separator: ", "))."
    }
    return advice
  }
}
