import Randomness

/// Modular arithmetic: what is left when a value is divided.
enum RemainderPuzzles {
  /// Draws a number (level 1), a sum or a product (2), a product and a sum (3), or a power (4).
  static func draw(level: Int, using generator: inout CounterGenerator) -> Puzzle? {
    func twoDigits() -> Int { generator.integer(in: 10...99) }
    var steps: [String] = []
    /// Reduces a value, and says so.
    func reduced(_ value: Int, _ modulus: Int) -> Int {
      steps.append("\(value) = \(value / modulus) * \(modulus) + \(value % modulus)")
      return value % modulus
    }
    let (expression, modulus, result): (String, Int, Int)
    switch level {
    case 1:
      let value = generator.integer(in: 10...999)
      modulus = generator.integer(in: 2...12)
      expression = "\(value)"
      result = reduced(value, modulus)
    case 2:
      let (left, right, isSum) = (twoDigits(), twoDigits(), generator.bit())
      modulus = generator.integer(in: 2...12)
      let value = isSum ? left + right : left * right
      expression = "(\(left) \(isSum ? "+" : "*") \(right))"
      steps.append("\(left) \(isSum ? "+" : "*") \(right) = \(value)")
      result = reduced(value, modulus)
    case 3:
      let (left, right, last) = (twoDigits(), twoDigits(), twoDigits())
      modulus = generator.integer(in: 3...97)
      expression = "(\(left) * \(right) + \(last))"
      steps.append("\(left) * \(right) = \(left * right)")
      steps.append("\(left * right) + \(last) = \(left * right + last)")
      result = reduced(left * right + last, modulus)
    default:
      let (base, exponent) = (generator.integer(in: 2...99), generator.integer(in: 2...9))
      modulus = generator.integer(in: 3...97)
      expression = "\(base)^\(exponent)"
      var value = reduced(base, modulus)
      let first = value
      for _ in 1..<exponent {
        steps.append("\(value) * \(first) = \(value * first)")
        value = reduced(value * first, modulus)
      }
      result = value
    }
    let short = "\(expression) mod \(modulus)="
    return Puzzle(
      question: """
        What is the remainder when \(expression) is divided by \(modulus)? Answer with the number \
        alone.
        """,
      short: short, answer: "\(result)", steps: steps)
  }
}
