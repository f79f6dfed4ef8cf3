/// What a verifier found: right, wrong, or nothing that may be counted.
public enum VerifierOutcome: String, Codable, Hashable, Sendable, CaseIterable {
  /// The completion answers the problem.
  case passed
  /// The completion does not answer the problem.
  case wrong
  /// The verifier cannot say; the rollout counts neither for nor against the policy.
  case unscored
}

/// The finding of a verifier on one completion, with its reason.
///
/// A score exists exactly when the outcome is not ``VerifierOutcome/unscored``, and is a finite
/// number in `0...1`; the three makers below keep that so.
public struct Verdict: Hashable, Sendable {
  /// Right, wrong, or not to be counted.
  public let outcome: VerifierOutcome
  /// A number in `0...1`; nil exactly when the outcome is unscored.
  public let score: Double?
  /// Why, in one sentence for the record; it repeats no hidden reference.
  public let reason: String
  /// What the completion answers, in a form in which equal answers are equal texts, where the
  /// verifier can tell; votes are counted by it.
  public private(set) var answer: String?
  /// What else is worth keeping, by name, such as the time that a program took; it may differ when
  /// the same is asked again.
  public private(set) var details: [String: JSONValue] = [:]

  /// The same verdict, naming what the completion answers.
  ///
  /// - Parameter answer: At most 256 bytes of it are kept.
  /// - Returns: The verdict.
  public func naming(_ answer: String) -> Verdict {
    var named = self
    named.answer = String(decoding: answer.utf8.prefix(256), as: UTF8.self)
    return named
  }

  /// The same verdict with details.
  ///
  /// - Parameter details: Small: a host keeps none of them where they take more than 16 KiB.
  /// - Returns: The verdict.
  public func detailed(_ details: [String: JSONValue]) -> Verdict {
    var detailed = self
    detailed.details = details
    return detailed
  }

  /// The completion is right.
  ///
  /// - Parameters:
  ///   - score: How good, limited to `0...1`; a number that is not finite makes it unscored.
  ///   - reason: Why, in one sentence.
  /// - Returns: The verdict.
  public static func passed(score: Double = 1, reason: String) -> Verdict {
    scored(.passed, score, reason)
  }

  /// The completion is wrong.
  ///
  /// - Parameters:
  ///   - score: What it is worth all the same, limited to `0...1`; a number that is not finite
  ///     makes it unscored.
  ///   - reason: Why, in one sentence.
  /// - Returns: The verdict.
  public static func wrong(score: Double = 0, reason: String) -> Verdict {
    scored(.wrong, score, reason)
  }

  /// The verifier cannot say, for example because the reference is of a kind that it cannot read.
  ///
  /// - Parameter reason: Why, in one sentence.
  /// - Returns: The verdict.
  public static func unscored(reason: String) -> Verdict {
    Verdict(outcome: .unscored, score: nil, reason: reason)
  }

  // MARK: - Keeping scores in range

  private init(outcome: VerifierOutcome, score: Double?, reason: String) {
    (self.outcome, self.score, self.reason) = (outcome, score, reason)
  }

  private static func scored(
    _ outcome: VerifierOutcome, _ score: Double, _ reason: String
  ) -> Verdict {
    guard score.isFinite else {
      return .unscored(reason: "the verifier computed the score \(score): \(reason)")
    }
    return Verdict(outcome: outcome, score: min(max(score, 0), 1), reason: reason)
  }
}
