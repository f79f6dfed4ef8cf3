package import VerifierKit
package import Verifiers

extension VerifierManifest.Subject {
  /// Names of metadata that only problems about programs have.
  private static let codeKeys: Set<String> = [
    "tests", "testCases", "test_cases", "cases", "calls", "entry", "entryPoint", "entry_point",
    "functionName", "function", "language",
  ]

  /// What a verifier of this problem probably judges.
  ///
  /// - Parameter problem: A problem whose verifier does not say.
  package init(guessedFrom problem: Problem) {
    let metadata = problem.metadata
    if !Self.codeKeys.isDisjoint(with: metadata.keys) {
      self = .code
    } else if problem.isPuzzle || problem.answer.map(NumberText.isNumber) == true {
      self = .number
    } else if let answer = problem.answer,
      answer.split(whereSeparator: \.isWhitespace).count <= 6
    {
      self = .fact
    } else {
      self = .text
    }
  }
}

extension Problem {
  /// Whether the answer is an expression from given numbers, as in Countdown.
  var isPuzzle: Bool { metadata["numbers"] != nil && metadata["target"] != nil }
}

/// Numbers as texts have them.
enum NumberText {
  /// Whether `text` is a decimal number and nothing else.
  static func isNumber(_ text: String) -> Bool {
    text.wholeMatch(of: #/\s*[-+]?[0-9]+(\.[0-9]+)?\s*/#) != nil
  }

  /// The whole number that `text` is, where it is one that arithmetic cannot overflow with.
  static func integer(_ text: String) -> Int? {
    guard let number = Int(text.filter { !$0.isWhitespace }), number.magnitude < 1 << 53 else {
      return nil
    }
    return number
  }
}
