package import VerifierKit

/// One verifier's share of a reward, as a pipeline writes it.
package struct RewardTerm: Codable, Equatable, Sendable {
  /// When a term counts.
  package enum Condition: String, Codable, Sendable {
    /// Only where every term without a condition passed, so that shaping cannot pay for a wrong
    /// answer.
    case passed
    /// Always, as without a condition. A verifier that judges form alone (`shaping` in its manifest)
    /// needs one of the two, so that nobody pays for wrong answers unawares.
    case always
  }

  /// The plugin's name.
  package var verifier: String
  /// What a score of 1 adds to the reward; negative for a penalty.
  package var weight: Double
  /// When the term counts; nil for always, which a verifier of form alone must be told in words.
  package var onlyIf: Condition?
  /// Settings that differ from the manifest's.
  package var settings: [String: JSONValue]

  /// Whether the term counts only where others passed.
  package var isConditional: Bool { onlyIf == .passed }

  /// All names, so that one that is nearly right is recognised.
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case verifier, weight, onlyIf, settings
  }

  package init(
    verifier: String, weight: Double = 1, onlyIf: Condition? = nil,
    settings: [String: JSONValue] = [:]
  ) {
    (self.verifier, self.weight, self.onlyIf) = (verifier, weight, onlyIf)
    self.settings = settings
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    verifier = try container.decode(String.self, forKey: .verifier)
    weight = try container.decodeIfPresent(Double.self, forKey: .weight) ?? 1
    onlyIf = try container.decodeIfPresent(Condition.self, forKey: .onlyIf)
    settings = try container.decodeIfPresent([String: JSONValue].self, forKey: .settings) ?? [:]
  }
}
