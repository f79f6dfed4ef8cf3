import Randomness
import VerifierKit

/// Countdown: given numbers, each used once, must hit a target.
enum CountdownPuzzles {
  /// A number, or two that were combined, with the text that says how.
  private struct Part {
    let value: Int
    let text: String
    var isNumber = false
    /// The text as an operand.
    var operand: String { isNumber ? text : "(\(text))" }
  }

  /// Draws `level + 2` numbers, and combines them at random so that every puzzle has a solution.
  ///
  /// Intermediate results are whole and within `1...999`, quotients without a remainder.
  static func draw(level: Int, using generator: inout CounterGenerator) -> Puzzle? {
    let numbers = (0..<level + 2).map { _ in generator.integer(in: 1...(level == 1 ? 9 : 25)) }
    var parts = numbers.map { Part(value: $0, text: "\($0)", isNumber: true) }
    var steps: [String] = []
    while parts.count > 1 {
      let left = parts.remove(at: generator.integer(in: 0...parts.count - 1))
      let right = parts.remove(at: generator.integer(in: 0...parts.count - 1))
      let symbol = generator.element(of: ["+", "-", "*", "/"])
      guard let value = combine(left.value, symbol, right.value), (1...999).contains(value) else {
        return nil
      }
      steps.append("\(left.value) \(symbol) \(right.value) = \(value)")
      parts.append(Part(value: value, text: "\(left.operand) \(symbol) \(right.operand)"))
    }
    let given = numbers.map(String.init)
    let target = parts[0].value
    return Puzzle(
      question: """
        Make \(target) from the numbers \(given.joined(separator: ", ")). Use each of them once, \
        with + - * / and parentheses. Answer with the expression alone.
        """,
      short: "\(given.joined(separator: " ")) to \(target)=", answer: parts[0].text, steps: steps,
      metadata: [
        "numbers": .array(numbers.map { .number(Double($0)) }), "target": .number(Double(target)),
      ],
      canonical: "\(numbers.sorted()) to \(target)")
  }

  private static func combine(_ left: Int, _ symbol: String, _ right: Int) -> Int? {
    switch symbol {
    case "+": left + right
    case "-": left - right
    case "*": left * right
    default: left.isMultiple(of: right) ? left / right : nil
    }
  }
}
