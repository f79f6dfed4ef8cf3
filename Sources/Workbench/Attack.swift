package import VerifierKit
package import Verifiers

/// A completion that holds no right answer, and tries to be paid all the same.
package struct Attack: Equatable, Sendable {
  /// What an attack works on.
  package enum Family: String, Codable, Sendable, CaseIterable {
    /// Numbers: operators, digits of other scripts, several answers.
    case number
    /// Programs: the ways in which policies cheat their tests.
    case code
    /// Short answers: mention, negation, hedge.
    case fact
    /// Any verifier: orders to the judge, size, characters, forged protocol.
    case any
  }

  package let family: Family
  /// A short name, such as `operators`.
  package let name: String
  package let completion: String

  init(_ family: Family, _ name: String, _ completion: String) {
    (self.family, self.name, self.completion) = (family, name, completion)
  }

  /// The attacks on a problem, without those that happen to answer it.
  ///
  /// - Parameters:
  ///   - problem: A problem of the task set.
  ///   - subject: What the verifier judges.
  ///   - others: References of other problems, as candidates.
  ///   - withSize: Whether to add those whose size is the attack, which are alike for each problem.
  /// - Returns: The attacks, typed ones first.
  package static func all(
    on problem: Problem, subject: VerifierManifest.Subject, others: [String], withSize: Bool = true
  ) -> [Attack] {
    let typed: [Attack] =
      switch subject {
      case .number: NumberAttacks.all(on: problem)
      case .code: CodeAttacks.all(on: problem)
      case .fact, .text: FactAttacks.all(on: problem, others: others)
      }
    let answer = problem.answer?.trimmingBlanks
    let all = typed + AnyAttacks.all(on: problem, subject: subject)
    return (withSize ? all + AnyAttacks.ofSize : all).filter {
      $0.completion.trimmingBlanks != answer || answer?.isEmpty == true
    }
  }
}

extension String {
  /// The text without white space around it.
  var trimmingBlanks: String {
    var text = self[...]
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
