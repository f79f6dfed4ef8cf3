package import VerifierKit

/// Divides a set into training and held-out problems by a hash of what must stay together.
package struct TaskDivision: Sendable {
  /// What falls on one side as a whole.
  package enum Unit: String, CaseIterable, Codable, Sendable {
    /// Problems with the same prompt, but for case, blanks and Unicode form.
    case problem
    /// Problems that differ only in numbers and names (``ProblemText/template(of:)``).
    case template
    /// Problems of one family; those without one by their template.
    case family
  }

  package var unit = Unit.problem
  /// Share of the units that is held out, `0...1`; the share of the problems is near it where units
  /// are small.
  package var heldOutShare = 0.1

  package init() {}

  /// Whether a problem is held out; it follows from its own text alone.
  package func holdsOut(_ problem: Problem) -> Bool {
    HeldOutSplit(share: heldOutShare).holdsOut(key(of: problem))
  }

  /// The text that all problems of one unit share.
  package func key(of problem: Problem) -> String {
    switch unit {
    case .problem:
      ProblemText.words(of: ProblemText.normalised(problem.prompt), keepsMarks: true)
        .map(\.text).joined(separator: " ")
    case .template: ProblemText.template(of: problem.prompt)
    case .family:
      if case .string(let family)? = problem.metadata["family"] {
        "family \(family)"
      } else {
        ProblemText.template(of: problem.prompt)
      }
    }
  }
}
