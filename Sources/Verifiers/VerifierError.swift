package import Foundation
import Settings

/// What stops a verifier from being used at all.
///
/// What a plugin does wrong while it judges is no error here: those requests are unscored.
package enum VerifierError: Error, Equatable, CustomStringConvertible {
  /// No folder of plugins has one of this name.
  case notFound(name: String, folders: [URL], known: [String])
  case unreadableManifest(file: URL, reason: String)
  case invalidManifest(file: URL, field: String, rule: String)
  /// The command names no executable that the plugin may start.
  case noExecutable(verifier: String, command: String, reason: String)
  /// A script's first line names an interpreter that is not there.
  case noInterpreter(verifier: String, command: String, interpreter: String, searched: [String])
  case unknownSetting(verifier: String, setting: String, known: [String])
  /// A plugin ended before it was ready, since it cannot use a setting; the reason names it.
  case refusedSettings(verifier: String, reason: String)
  /// A setting names a file that the plugin cannot be given.
  case unusableFile(verifier: String, setting: String, path: String, reason: String)
  /// A plugin could not make of its files what it reads at every start.
  case notPrepared(verifier: String, reason: String)
  case invalidReward(rule: String)
  case unreadablePins(file: URL, reason: String)
  /// A plugin's folder is not what `verifiers.lock` says.
  case changedSincePin(name: String, folder: URL, commit: String)

  package var description: String {
    switch self {
    case .notFound(let name, let folders, let known):
      """
      There is no verifier '\(name)'.\(closest(to: name, in: known).map { " Did you mean '\($0)'?" } ?? "") \
      \(known.isEmpty ? "None was found" : "Known: \(known.joined(separator: ", "))"); \
      searched \(folders.map(\.path).joined(separator: ", ")). Correct the name, or put the \
      plugin's folder into one of these.
      """
    case .unreadableManifest(let file, let reason):
      "\(file.path) cannot be read: \(reason)."
    case .invalidManifest(let file, let field, let rule):
      "\(file.path): '\(field)' \(rule)\(rule.hasSuffix("?") ? "" : ".")"
    case .noExecutable(let verifier, let command, let reason):
      """
      Verifier '\(verifier)' cannot start '\(command)': \(reason). Correct 'command' in its \
      verifier.yaml, or build the executable.
      """
    case .noInterpreter(let verifier, let command, let interpreter, let searched):
      """
      Verifier '\(verifier)' cannot start '\(command)': its first line asks for '\(interpreter)', \
      which is not there; searched \(searched.joined(separator: ", ")). Install it, or name another \
      interpreter.
      """
    case .unknownSetting(let verifier, let setting, let known):
      """
      Verifier '\(verifier)' has no setting '\(setting)'. \
      \(known.isEmpty ? "It has none" : "It has: \(known.joined(separator: ", "))").
      """
    case .refusedSettings(let verifier, let reason):
      "Verifier '\(verifier)' cannot use its settings: \(reason)"
    case .unusableFile(let verifier, let setting, let path, let reason):
      """
      Verifier '\(verifier)' cannot be given '\(path)', which its setting '\(setting)' names: \
      \(reason). Correct the setting.
      """
    case .notPrepared(let verifier, let reason):
      "Verifier '\(verifier)' could not prepare itself: \(reason)"
    case .invalidReward(let rule):
      "The reward cannot be used: \(rule)."
    case .unreadablePins(let file, let reason):
      "\(file.path) cannot be read: \(reason). Restore it, for example from git."
    case .changedSincePin(let name, let folder, let commit):
      """
      Verifier '\(name)' is not what \(VerifierPins.fileName) pins (commit \(commit.prefix(12))): \
      files in \(folder.path) were changed, added or removed. Take the pinned files again with \
      `hone verifier update \(name)`, or, to keep the changes as your own, give the folder and its \
      manifest another name.
      """
    }
  }
}
