import VerifierKit
import Verifiers

/// A right completion made wrong in one way.
struct GoldMutation: Equatable, Sendable {
  /// What was done to the answer, such as `off by one`.
  let name: String
  let completion: String

  /// Ways to make the completion of a passed case wrong.
  ///
  /// Each place where the completion has the reference is changed alike, so that the right answer
  /// is surely gone. A completion that writes the answer in another way than the reference is only
  /// emptied: what is right in it, nobody knows but the verifier.
  ///
  /// - Parameters:
  ///   - gold: A case that passes.
  ///   - subject: What the verifier judges.
  /// - Returns: Mutations, none of which is an accepted answer.
  static func all(of gold: VerifierCase, subject: VerifierManifest.Subject) -> [GoldMutation] {
    var mutations = [GoldMutation(name: "empty", completion: "")]
    if subject == .code {
      let right = Set(([gold.completion] + gold.accepts).map(program))
      return mutations + broken(gold.completion).filter { !right.contains(program($0.completion)) }
    }
    guard let reference = gold.problem.answer, !reference.isEmpty, !gold.problem.isPuzzle else {
      return mutations
    }
    let isNumber = NumberText.isNumber(reference)
    let pieces = pieces(of: gold.completion, around: reference, isNumber: isNumber)
    guard pieces.count > 1 else { return mutations }
    let answers = isNumber ? numbers(beside: reference) : texts(beside: reference)
    let right = Set(([reference] + gold.accepts).map(folded))
    for (name, answer) in answers where !right.contains(folded(answer)) {
      mutations.append(
        GoldMutation(name: name, completion: pieces.joined(separator: answer)))
    }
    return mutations
  }

  // MARK: - Answers

  private static func numbers(beside reference: String) -> [(name: String, answer: String)] {
    let digits = Array(reference)
    var answers: [(String, String)] = []
    if let place = digits.lastIndex(where: \.isASCIIDigit),
      let digit = digits[place].wholeNumberValue
    {
      var changed = digits
      changed[place] = Character("\((digit + 3) % 10)")
      answers.append(("a digit changed", String(changed)))
    }
    if digits.contains(where: { $0.isASCIIDigit && $0 != "0" }) {
      let unsigned = String(digits.drop { "+-".contains($0) })
      answers.append(
        ("the sign changed", reference.hasPrefix("-") ? unsigned : "-" + unsigned))
      answers.append(
        ("a digit in front", reference.hasPrefix("-") ? "-1" + unsigned : "1" + unsigned))
      if !reference.contains(".") { answers.append(("a digit behind", reference + "0")) }
    }
    if let number = NumberText.integer(reference) {
      answers.append(("off by one", "\(number + 1)"))
      answers.append(("off by one the other way", "\(number - 1)"))
      answers.append(("a second answer appended", "\(reference) or \(number + 1)"))
      answers.append(("a second answer in front", "\(number - 1) or \(reference)"))
    }
    return answers
  }

  private static func texts(beside reference: String) -> [(name: String, answer: String)] {
    var changed = Array(reference)
    if let place = changed.lastIndex(where: \.isLetter) {
      changed[place] = changed[place].lowercased() == "x" ? "q" : "x"
    } else {
      changed.append("x")
    }
    return [
      ("a letter changed", String(changed)), ("negated", "not \(reference)"),
      ("a second answer appended", "\(reference) or something else"),
      ("letters in front", "anti\(reference)"), ("letters behind", "\(reference)ish"),
    ]
  }

  private static func broken(_ completion: String) -> [GoldMutation] {
    [
      GoldMutation(name: "a program that does not compile", completion: "```python\ndef (:\n```"),
      GoldMutation(name: "nothing but `pass`", completion: "```python\npass\n```"),
      GoldMutation(
        name: "all lines commented out",
        completion: completion.split(separator: "\n", omittingEmptySubsequences: false)
          .map { $0.hasPrefix("```") ? String($0) : "# \($0)" }.joined(separator: "\n")),
    ]
  }

  /// The program alone, without fences and blank lines.
  private static func program(_ completion: String) -> String {
    completion.split(whereSeparator: \.isNewline)
      .filter { !$0.hasPrefix("```") && !$0.allSatisfy(\.isWhitespace) }.joined(separator: "\n")
  }

  // MARK: - Places

  /// The text between the places where the reference stands by itself; one piece where it is
  /// nowhere, or somewhere part of something else.
  private static func pieces(
    of completion: String, around reference: String, isNumber: Bool
  ) -> [String] {
    var pieces: [String] = []
    var rest = completion[...]
    while let place = rest.firstRange(of: reference) {
      let before = completion[..<place.lowerBound].last
      guard standsAlone(before, completion[place.upperBound...], isNumber) else {
        return [completion]
      }
      pieces.append(String(rest[..<place.lowerBound]))
      rest = rest[place.upperBound...]
    }
    return pieces + [String(rest)]
  }

  private static func standsAlone(
    _ before: Character?, _ after: Substring, _ isNumber: Bool
  ) -> Bool {
    guard isNumber else {
      return before?.isLetter != true && after.first?.isLetter != true
    }
    if let before, before.isNumber || before.isLetter || "+-−.,/^%_\\*".contains(before) {
      return false
    }
    guard let next = after.first else { return true }
    if next.isNumber || next.isLetter || "/^%_*".contains(next) { return false }
    return !(".,".contains(next) && after.dropFirst().first?.isNumber == true)
  }

  private static func folded(_ answer: String) -> String {
    NumberText.integer(answer).map { "\($0)" } ?? answer.lowercased().filter { !$0.isWhitespace }
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
