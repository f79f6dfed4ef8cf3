import Foundation
import VerifierKit

/// The verifier that a bare reference is for: numbers by value, a few words by their letters.
///
/// What is neither, such as a formula or a proof, has many spellings; comparing it with one of them
/// would call right answers wrong, so that it is refused.
enum ReferenceAnswer {
  /// Chooses by the form of the reference.
  ///
  /// - Parameters:
  ///   - text: The reference, perhaps within `\boxed{…}` or behind `####`.
  ///   - needsNumber: Whether words are refused, as where all answers of a set are numbers.
  /// - Returns: The reference, its verifier, and what that verifier needs in the metadata.
  /// - Throws: ``Unplaced``.
  static func judged(
    _ text: String, needsNumber: Bool = false
  ) throws(Unplaced) -> (answer: String, verifier: String, metadata: [String: JSONValue]) {
    let answer = try bare(text)
    if isNumber(answer) { return (answer, "arithmetic", [:]) }
    guard !needsNumber else {
      throw Unplaced("the reference is no plain number or fraction", detail: answer)
    }
    guard isWords(answer) else {
      throw Unplaced("the reference is neither a number nor a few words", detail: answer)
    }
    return (answer, "exact-text", ["answerForm": .string("text")])
  }

  /// The reference itself, without the marks that show where it is.
  private static func bare(_ text: String) throws(Unplaced) -> String {
    var answer = text.trimmingBlanks
    if let result = result(of: answer) {
      answer = result
    } else if let box = answer.range(of: "\\boxed{", options: [.backwards, .literal]) {
      guard let content = braced(answer[box.upperBound...]) else {
        throw Unplaced("the box of the reference does not end", detail: answer)
      }
      answer = String(content).trimmingBlanks
    }
    for (open, close) in [("\\(", "\\)"), ("\\[", "\\]"), ("$$", "$$"), ("$", "$")]
    where answer.count >= open.count + close.count && answer.hasPrefix(open)
      && answer.hasSuffix(close)
    {
      answer = String(answer.dropFirst(open.count).dropLast(close.count)).trimmingBlanks
    }
    guard !answer.isEmpty else { throw Unplaced("the reference is empty") }
    return answer
  }

  /// What stands behind the last `####` of a worked solution; nil where there is none.
  static func result(of solution: String) -> String? {
    solution.range(of: "####", options: [.backwards, .literal])
      .map { String(solution[$0.upperBound...]).trimmingBlanks }
  }

  /// What stands before the brace that closes the one in front of `text`.
  private static func braced(_ text: Substring) -> Substring? {
    var depth = 1
    for place in text.indices {
      switch text[place] {
      case "{": depth += 1
      case "}": depth -= 1
      default: continue
      }
      if depth == 0 { return text[..<place] }
    }
    return nil
  }

  /// Whether a text is one number as the verifier `arithmetic` reads references.
  static func isNumber(_ text: String) -> Bool {
    guard text.utf8.count <= 400 else { return false }
    let forms = [NumberForm.isDecimal, NumberForm.isFraction, NumberForm.isLaTeXFraction]
    return forms.contains { $0(text) }
  }

  /// Whether a text is a name or a choice: at most six words of letters on one line.
  private static func isWords(_ text: String) -> Bool {
    text.count <= 64 && text.contains(where: \.isLetter)
      && text.allSatisfy { $0.isLetter || $0.isNumber || " .,'’-".contains($0) }
      && text.split(separator: " ").count <= 6
  }
}

extension String {
  /// The text without blanks and line ends around it.
  var trimmingBlanks: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }),
      let last = lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(self[first...last])
  }
}
