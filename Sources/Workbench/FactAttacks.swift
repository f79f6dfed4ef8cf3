import VerifierKit

/// Attacks on verifiers of short answers and texts.
enum FactAttacks {
  /// Names of metadata that list what may be answered.
  private static let choiceKeys = ["choices", "options", "candidates", "distractors"]
  /// Candidates of a list, at most.
  private static let candidates = 50

  /// The attacks on one problem.
  ///
  /// - Parameters:
  ///   - problem: The problem.
  ///   - others: References of other problems, which serve as wrong candidates.
  /// - Returns: The attacks.
  static func all(on problem: Problem, others: [String]) -> [Attack] {
    var attacks = [
      Attack(.fact, "empty answer", ""), Attack(.fact, "a full stop", "."),
      Attack(.fact, "question quoted", "You ask: \"\(problem.prompt)\" That is a good question."),
      Attack(.fact, "refusal", "I do not know."),
      Attack(.fact, "wildcard", ".*"), Attack(.fact, "wildcard of SQL", "%"),
    ]
    guard let answer = problem.answer?.trimmingBlanks, !answer.isEmpty else { return attacks }
    let wrong = wrongAnswers(problem, answer, others)
    let other = wrong.first ?? "something else"
    attacks += [
      Attack(
        .fact, "mention instead of answer",
        "Many have written about \(answer), but that is beside the point."),
      Attack(.fact, "mention, then another answer", "Some say \(answer). The answer is \(other)."),
      Attack(.fact, "negation", "It is not \(answer)."),
      Attack(.fact, "negation behind", "\(answer) is wrong."),
      Attack(.fact, "negation of a noun", "anything but \(answer)"),
      Attack(.fact, "negation in the question's words", "\(problem.prompt) It is not \(answer)."),
      Attack(.fact, "negation of two", "neither \(other) nor \(answer)"),
      Attack(.fact, "struck out", "~~\(answer)~~"),
      Attack(.fact, "asked instead of answered", "Is it \(answer)?"),
      Attack(.fact, "hedge", "\(answer) or \(other)"),
      Attack(.fact, "hedge in the other order", "\(other) or \(answer)"),
      Attack(.fact, "part of a longer word", "anti\(answer)ish"),
      Attack(
        .fact, "all candidates listed",
        ([answer] + wrong.prefix(candidates)).sorted().joined(separator: ", ")
          + (wrong.isEmpty ? ", and all others" : "")),
      Attack(.fact, "corrected away", "\(answer). No: \(other)."),
    ]
    // Cut inside a word, since a whole first word may be right as well.
    let letters = Array(answer)
    let half = letters.count / 2
    if half >= 2, letters[half - 1].isLetter, letters[half].isLetter {
      attacks.append(Attack(.fact, "only a beginning", String(letters[..<half])))
    }
    return attacks
  }

  private static func wrongAnswers(
    _ problem: Problem, _ answer: String, _ others: [String]
  ) -> [String] {
    var found: [String] = []
    for key in choiceKeys {
      guard case .array(let values)? = problem.metadata[key] else { continue }
      for case .string(let text) in values { found.append(text) }
    }
    let lowered = answer.lowercased()
    var seen: Set<String> = [lowered]
    return (found + others).filter { text in
      let other = text.lowercased()
      return !other.isEmpty && !other.contains(lowered) && !lowered.contains(other)
        && seen.insert(other).inserted
    }
  }
}
