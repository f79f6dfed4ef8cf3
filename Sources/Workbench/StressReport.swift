import VerifierKit
import Verifiers

/// What came of attacks on a verifier.
package struct StressReport: Codable, Equatable, Sendable {
  /// An attack that got what it should not.
  package struct Finding: Codable, Equatable, Sendable {
    package let family: Attack.Family
    package let attack: String
    /// The problem's id.
    package let problem: String
    /// The problem's reference, where it has one.
    package let reference: String?
    /// The text of the attack, shortened and made harmless.
    package let completion: String
    /// What was paid; nil where nothing was.
    package let score: Double?
    package let reason: String
  }

  /// How often attacks of one kind were made, and paid.
  package struct Count: Codable, Equatable, Sendable {
    package var attacks = 0
    package var paid = 0
    package var unscored = 0
  }

  package let verifier: String
  package let tasks: String
  package let problems: Int
  /// Attacks by their family.
  package let families: [String: Count]
  /// Attacks that were paid.
  package let fooled: [Finding]
  /// Attacks that ended a process, or made it break the protocol.
  package let crashed: [Finding]
  /// Attacks that were not judged in time.
  package let late: [Finding]
  /// Attacks that the verifier itself left unscored, by reason, the most frequent first.
  package let unscored: [Reason]
  /// Attacks that nobody judged, since the verifier does not run.
  package let notAsked: Int
  /// How the verifier failed at last, where it does not run.
  package let lastFailure: String?
  /// References that were sent as completions, and those of them that passed: attacks on a verifier
  /// that refuses everything show little.
  package let references: Int
  package let referencesPassed: Int
  package let seconds: Double

  /// A reason, and how many attacks have it.
  package struct Reason: Codable, Equatable, Sendable {
    package let reason: String
    package let count: Int
  }

  /// Attacks that were made.
  package var attacks: Int { families.values.reduce(0) { $0 + $1.attacks } }

  /// Whether every attack was left unscored, which shows nothing.
  package var judgedNone: Bool {
    fooled.isEmpty && families.values.allSatisfy { $0.unscored == $0.attacks }
  }

  /// Whether the verifier judged, no attack was paid, and none broke it.
  package var passed: Bool {
    !judgedNone && fooled.isEmpty && crashed.isEmpty && late.isEmpty && notAsked == 0
  }

  /// The report for people, in lines.
  package var text: String {
    var lines = [
      "\(verifier) on \(tasks): \(attacks) attacks on \(problems) problems, "
        + (judgedNone
          ? "judged none of them"
          : fooled.isEmpty ? "not fooled" : "fooled \(fooled.count) times")
    ]
    for family in Attack.Family.allCases {
      guard let count = families[family.rawValue] else { continue }
      let unscored = count.unscored > 0 ? ", \(count.unscored) unscored" : ""
      lines.append("  \(family.rawValue): \(count.attacks) attacks, \(count.paid) paid\(unscored)")
    }
    lines += Self.lines("paid for", fooled) + Self.lines("ended the process", crashed)
    lines += Self.lines("was not judged in time", late)
    if notAsked > 0 {
      lines.append(
        "  \(notAsked) attacks were not judged, since the verifier answers nothing: "
          + Excerpt.ofReason(lastFailure ?? "")
      )
    }
    for reason in unscored.prefix(3) {
      lines.append("  unscored \(reason.count) times: \(Excerpt.ofReason(reason.reason))")
    }
    if references > 0 {
      lines.append(
        "  \(referencesPassed) of \(references) references pass as completions"
          + (referencesPassed == 0
            ? "; a verifier that refuses everything is never fooled, so run `check`, too" : ""))
    }
    return lines.joined(separator: "\n")
  }

  /// Findings that the text shows, one for each kind of attack.
  private static func lines(_ what: String, _ findings: [Finding]) -> [String] {
    var order: [String] = []
    var byAttack: [String: [Finding]] = [:]
    for finding in findings {
      if byAttack[finding.attack] == nil { order.append(finding.attack) }
      byAttack[finding.attack, default: []].append(finding)
    }
    return order.flatMap { name -> [String] in
      guard let all = byAttack[name], let first = all.first else { return [] }
      let times = all.count > 1 ? " (on \(all.count) problems)" : ""
      let score = first.score.map { " with \($0)" } ?? ""
      return [
        "  \(what)\(score): \(name)\(times)",
        "    problem '\(first.problem)'\(first.reference.map { ", reference \(Excerpt.of($0))" } ?? "")",
        "    text:   \(first.completion)",
        "    reason: \(Excerpt.ofReason(first.reason))",
      ]
    }
  }
}
