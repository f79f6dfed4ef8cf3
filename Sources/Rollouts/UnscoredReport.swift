import VerifierKit
import Verifiers

/// The reasons why rollouts were not scored, counted.
///
/// Reasons that differ only in the request that they name are one, and the end of a process's
/// standard error is said once, not with each of them.
package struct UnscoredReport: Equatable, Sendable {
  /// A reason, and how many rollouts have it.
  package struct Reason: Codable, Equatable, Sendable {
    /// The verifier's name, a colon, and what it or the host said.
    package let reason: String
    package let count: Int
  }

  package let rollouts: Int
  package let unscored: Int
  /// The most frequent first.
  package let reasons: [Reason]
  /// How standard error ended with the most frequent reason that has one.
  package let errorTail: String?

  package init(_ rollouts: [Rollout]) {
    let missing = rollouts.filter { $0.reward == nil }
    var counts: [String: Int] = [:]
    var tails: [String: String] = [:]
    for rollout in missing {
      let verdict = rollout.verdicts?.first { $0.outcome == .unscored }
      let (reason, tail) = verdict.map(Self.parts) ?? ("no verdict", nil)
      counts[reason, default: 0] += 1
      if let tail, tails[reason] == nil { tails[reason] = tail }
    }
    self.rollouts = rollouts.count
    unscored = missing.count
    reasons = counts.map { Reason(reason: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
    errorTail = reasons.lazy.compactMap { tails[$0.reason] }.first
  }

  /// Share of all rollouts, `0...1`.
  package var share: Double { rollouts == 0 ? 0 : Double(unscored) / Double(rollouts) }

  /// One sentence's end: the most frequent reasons with their counts, then the end of standard
  /// error.
  ///
  /// - Parameter limit: Reasons that are named; the others are counted together.
  /// - Returns: The text, without a full stop.
  package func text(limit: Int = 5) -> String {
    var parts = reasons.prefix(limit).map {
      "\($0.reason) (\($0.count) \($0.count == 1 ? "time" : "times"))"
    }
    let others = reasons.dropFirst(limit)
    if !others.isEmpty {
      parts.append("other reasons (\(others.map(\.count).reduce(0, +)))")
    }
    if let errorTail { parts.append("standard error ended with: \(errorTail)") }
    return parts.joined(separator: "; ")
  }

  /// A reason without what differs from request to request, and the end of standard error.
  private static func parts(_ verdict: RecordedVerdict) -> (reason: String, tail: String?) {
    var reason = verdict.reason
    var tail: String?
    if let mark = reason.firstRange(of: NamedVerdict.errorMark) {
      tail = String(reason[mark.upperBound...])
      reason = String(reason[..<mark.lowerBound])
    }
    reason = reason.replacing(#/answer 'r\d+'/#, with: "an answer")
    return ("\(verdict.verifier): \(reason)", tail)
  }
}
