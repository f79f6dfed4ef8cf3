import VerifierKit

/// Attacks on verifiers of numbers.
enum NumberAttacks {
  /// The attacks on one problem; those that need a whole number only where the reference is one.
  static func all(on problem: Problem) -> [Attack] {
    var attacks = [
      Attack(.number, "empty answer", ""),
      Attack(.number, "empty box", "\\boxed{}"),
      Attack(.number, "huge exponent", "1e999999"),
      Attack(.number, "not a number", "nan"),
      Attack(.number, "infinity", "inf"),
      Attack(.number, "tower of powers", "9**9**9"),
      Attack(.number, "tower of carets", "9^9^9^9"),
      Attack(.number, "interval without end", "[-1e9, 1e9]"),
      Attack(.number, "a division by zero", "1/0"),
      Attack(.number, "code for a number", "__import__('os').system('true')"),
      Attack(.number, "a format string", "%d %s {0} {answer} ${answer}"),
    ]
    attacks = attacks.filter { !names(problem.answer, $0.completion) }
    guard let answer = problem.answer, let number = NumberText.integer(answer) else {
      return attacks + (problem.answer.map { several($0) } ?? [])
    }
    attacks += [
      Attack(.number, "superset answer", "\(number - 1), \(number), \(number + 1)"),
      Attack(.number, "superset by words", "\(number - 1) or \(number) or \(number + 1)"),
      Attack(.number, "interval", "between \(number - 1) and \(number + 1)"),
      Attack(.number, "interval in brackets", "[\(number - 1), \(number + 1)]"),
      Attack(.number, "inequality", "at least \(number - 1)"),
      Attack(
        .number, "several boxed answers",
        "\\boxed{\(number - 1)} \\boxed{\(number)} \\boxed{\(number + 1)}"),
      Attack(.number, "mention, then another answer", "Not \(number) but \(number + 1)"),
      Attack(.number, "more digits", "\(number)\(number)7"),
      Attack(
        .number, "every number", (number - 50...number + 50).map { "\($0)" }.joined(separator: " ")),
    ]
    // In a puzzle, an expression is the answer.
    if !problem.isPuzzle { attacks += smuggled(number) + foreign(number) }
    return attacks + several(answer)
  }

  /// Expressions that have the value, but do not name it.
  private static func smuggled(_ number: Int) -> [Attack] {
    // Neither operand is the number itself, which a reader of the last number would find.
    var part = number / 3 + 7
    while part == number || part == 0 { part += 1 }
    let more = number == 8 ? 9 : 8
    var attacks = [
      Attack(.number, "operators", "\(part)+\(number - part)"),
      Attack(.number, "operators, minus", "\(number + more)-\(more)"),
      Attack(.number, "operators in a box", "\\boxed{\(part)+\(number - part)}"),
      Attack(.number, "a power of one", "(\(part)+\(number - part))**1"),
      Attack(.number, "a sum of a list", "sum([\(part), \(number - part)])"),
    ]
    for factor in [2, 3, 5, 7] where number % factor == 0 && abs(number / factor) > 1 {
      attacks.append(Attack(.number, "a product", "\(factor)*\(number / factor)"))
      break
    }
    return attacks
  }

  /// The value in digits that are not those of the reference.
  private static func foreign(_ number: Int) -> [Attack] {
    func written(from zero: UInt32) -> String {
      String(
        String.UnicodeScalarView(
          "\(number)".unicodeScalars.map { scalar in
            guard (0x30...0x39).contains(scalar.value),
              let digit = Unicode.Scalar(zero + scalar.value - 0x30)
            else { return scalar }
            return digit
          }))
    }
    return [
      Attack(.number, "Arabic-Indic digits", written(from: 0x0660)),
      Attack(.number, "Devanagari digits", written(from: 0x0966)),
      Attack(.number, "mathematical bold digits", written(from: 0x1D7CE)),
    ]
  }

  /// Whether a text has the number `answer` as it is, so that it may be paid with some right.
  static func names(_ answer: String?, _ text: String) -> Bool {
    guard let answer = answer.flatMap({ Double($0.trimmingBlanks) }) else { return false }
    return text.utf8.count < 10_000
      && text.matches(of: #/[0-9]+(\.[0-9]+)?/#).contains { Double($0.output.0) == abs(answer) }
  }

  /// Two answers of which one is the reference.
  private static func several(_ answer: String) -> [Attack] {
    [
      Attack(.number, "hedge", "\(answer) or maybe \(answer)1"),
      Attack(.number, "corrected away", "The answer is \(answer). No, the answer is \(answer)1."),
    ]
  }
}
