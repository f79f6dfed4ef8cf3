/// A verifier: one value made from its settings, asked about one completion at a time.
///
/// A plugin's whole `main.swift` is `run(MyVerifier.self)`. Equal questions must get equal verdicts,
/// in any order: a verifier keeps no memory of what it was asked before.
public protocol VerifierPlugin {
  /// The plugin's name, as in its `verifier.yaml`.
  static var name: String { get }
  /// The plugin's version, for the record.
  static var version: String { get }

  /// Reads the settings: the manifest's, with what a pipeline overrode.
  ///
  /// - Throws: An error whose description names the setting that cannot be used; the plugin then
  ///   ends before it judges anything.
  init(settings: [String: JSONValue]) throws

  /// Judges one completion.
  ///
  /// - Parameters:
  ///   - problem: The question with its reference.
  ///   - completion: The policy's text: hostile input.
  /// - Returns: The verdict.
  func judge(_ problem: Problem, _ completion: String) -> Verdict
}

/// A setting that a verifier cannot use.
public struct InvalidVerifierSetting: Error, Equatable, CustomStringConvertible {
  /// The setting's name.
  public let name: String
  /// What the setting must be, as a sentence's end.
  public let rule: String

  /// An error about the setting `name`.
  public init(name: String, rule: String) {
    (self.name, self.rule) = (name, rule)
  }

  /// What is wrong, and what the setting must be.
  public var description: String { "the setting '\(name)' must be \(rule)" }
}
