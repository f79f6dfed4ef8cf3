package import Sandbox
package import VerifierKit

/// A completion to be judged against its problem.
package struct JudgeRequest: Equatable, Sendable {
  package let problem: Problem
  package let completion: String

  package init(problem: Problem, completion: String) {
    (self.problem, self.completion) = (problem, completion)
  }
}

/// Why a verdict is the host's and not the verifier's: what went wrong before it could answer.
package enum VerifierFault: String, Codable, Sendable, CaseIterable {
  /// No answer came within the time that the manifest allows.
  case late
  /// The process ended with the request.
  case died
  /// A line broke the protocol.
  case brokeProtocol
  /// The request is longer than the protocol allows; the verifier never saw it.
  case requestTooLong
  /// The verifier had failed too often, or was shut down.
  case disabled
}

/// What one verifier found, as it is recorded.
package struct NamedVerdict: Codable, Equatable, Sendable {
  /// Bytes of a reason that are kept, since every one is recorded.
  package static let reasonLimit = 4096
  /// What stands in a reason between a failure and the end of the process's standard error.
  package static let errorMark = "; standard error ends: "

  /// The plugin's name.
  package let verifier: String
  package let outcome: VerifierOutcome
  /// A number in `0...1`; nil exactly when the outcome is unscored.
  package let score: Double?
  package let reason: String
  /// What the completion answers, where the verifier can tell; equal answers are equal texts.
  package let answer: String?
  /// What else the verifier tells, which may differ from run to run.
  package let details: [String: JSONValue]
  /// Wall time that the verifier spent on it, in seconds, by the host's clock.
  package let seconds: Double
  /// What went wrong, where it was the host that left the request unscored.
  package let fault: VerifierFault?
  /// What the parts of a composite found, those that were asked; nil for a verifier without parts.
  package let parts: [NamedVerdict]?

  package init(
    verifier: String, verdict: Verdict, seconds: Double, fault: VerifierFault? = nil,
    parts: [NamedVerdict]? = nil
  ) {
    (self.verifier, self.fault, self.parts) = (verifier, fault, parts)
    (outcome, score) = (verdict.outcome, verdict.score)
    let isLong = verdict.reason.utf8.count > Self.reasonLimit
    reason =
      isLong
      ? String(decoding: verdict.reason.utf8.prefix(Self.reasonLimit), as: UTF8.self) + "…"
      : verdict.reason
    (answer, details) = (verdict.answer, verdict.details)
    self.seconds = seconds
  }
}

/// The verdicts on one completion, and the reward that they add up to.
package struct Judgement: Codable, Equatable, Sendable {
  /// One verdict for each term that was asked, in the order of the terms.
  package let verdicts: [NamedVerdict]
  /// The weighted sum of the scores; nil where a verdict that it needs is unscored.
  package let reward: Double?
  /// How much the sandbox took away from the verifiers; nil where that is not known.
  package let sandbox: SandboxLevel?

  /// Whether the completion leaves the group statistics and the loss.
  package var isUnscored: Bool { reward == nil }

  package init(verdicts: [NamedVerdict], reward: Double?, sandbox: SandboxLevel? = nil) {
    (self.verdicts, self.reward, self.sandbox) = (verdicts, reward, sandbox)
  }
}
