import Randomness

/// Expressions of truth values.
enum BooleanPuzzles {
  /// An expression with its value, and how it was worked out.
  private struct Expression {
    let text: String
    let value: Bool
    var steps: [String] = []
    var isAtom = true
    var operand: String { isAtom ? text : "(\(text))" }

    /// Its step writes the value of what is inside, which was worked out before.
    static func negation(of inner: Expression) -> Expression {
      Expression(
        text: "not \(inner.operand)", value: !inner.value,
        steps: inner.steps + ["not \(inner.value) = \(!inner.value)"], isAtom: false)
    }
  }

  /// An expression of `level + 2` truth values; nested ones stand in parentheses.
  static func draw(level: Int, using generator: inout CounterGenerator) -> Puzzle? {
    let expression = expression(leaves: level + 2, using: &generator)
    return Puzzle(
      question: "Is this true or false: \(expression.text)? Answer with true or false alone.",
      short: "\(expression.text)=", answer: "\(expression.value)", steps: expression.steps,
      form: "boolean")
  }

  private static func expression(
    leaves: Int, using generator: inout CounterGenerator
  ) -> Expression {
    var result: Expression
    if leaves == 1 {
      let value = generator.bit()
      result = Expression(text: "\(value)", value: value)
    } else {
      let before = generator.integer(in: 1...leaves - 1)
      let left = expression(leaves: before, using: &generator)
      let right = expression(leaves: leaves - before, using: &generator)
      let isAnd = generator.bit()
      let word = isAnd ? "and" : "or"
      let value = isAnd ? left.value && right.value : left.value || right.value
      result = Expression(
        text: "\(left.operand) \(word) \(right.operand)", value: value,
        steps: left.steps + right.steps + ["\(left.value) \(word) \(right.value) = \(value)"],
        isAtom: false)
    }
    return generator.integer(in: 0...3) == 0 ? .negation(of: result) : result
  }
}
