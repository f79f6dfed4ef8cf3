import Randomness

package import Settings

/// One kind of arithmetic problem within a set.
package struct ArithmeticFamily: SettingsSection {
  package var operation = ArithmeticOperation.addition
  /// Digits of the first operand; the first is never 0.
  package var leftDigits = 2
  /// Digits of each other operand; the first is never 0.
  package var rightDigits = 2
  /// Numbers in an expression; more than 2 only where they are added or mixed.
  package var operands = 2
  /// Share of the set's problems, in proportion to the other families' weights.
  package var weight = 1.0

  package init() {}

  /// Refuses what the operation cannot mean, and numbers that would not fit 64 bits.
  package func validate() throws(InvalidSetting) {
    for (key, digits) in [("leftDigits", leftDigits), ("rightDigits", rightDigits)]
    where !(1...maxDigits).contains(digits) {
      throw InvalidSetting(
        key: key, value: "\(digits)", rule: "\(operation) takes 1...\(maxDigits) digits")
    }
    guard operandCounts.contains(operands) else {
      throw InvalidSetting(
        key: "operands", value: "\(operands)", rule: "\(operation) takes \(operandCounts)")
    }
    if operation == .subtraction || operation == .division, leftDigits < rightDigits {
      throw InvalidSetting(
        key: "leftDigits", value: "\(leftDigits)",
        rule: "\(operation) needs at least the \(rightDigits) digits of its right operand")
    }
    guard weight > 0, weight <= 1_000_000 else {
      throw InvalidSetting(
        key: "weight", value: "\(weight)", rule: "it must be above 0 and at most 1000000")
    }
  }

  /// Draws one expression, each possible draw equally likely.
  ///
  /// - Returns: `nil` where the draw has no problem, such as a divisor without a multiple.
  func draw(using generator: inout CounterGenerator) -> ArithmeticExpression? {
    let first = generator.integer(in: range(leftDigits))
    var numbers = [first]
    for _ in 1..<operands { numbers.append(generator.integer(in: range(rightDigits))) }
    let last = numbers[numbers.count - 1]
    switch operation {
    case .addition, .runningTotals:
      return expression(numbers, repeating: .plus)
    case .multiplication:
      return expression(numbers, repeating: .times)
    case .subtraction:
      return expression([max(first, last), min(first, last)], repeating: .minus)
    case .division:
      let dividends = range(leftDigits)
      let least = (dividends.lowerBound + last - 1) / last
      guard least <= dividends.upperBound / last else { return nil }
      let quotient = generator.integer(in: least...dividends.upperBound / last)
      return expression([quotient * last, last], repeating: .dividedBy)
    case .mixed:
      let symbols: [ArithmeticExpression.Operator] = [.plus, .minus, .times]
      let chosen = (1..<operands).map { _ in symbols[generator.integer(in: 0...2)] }
      return ArithmeticExpression(operation, numbers, chosen)
    }
  }

  // MARK: - Helpers

  /// The operand counts that the operation can take.
  private var operandCounts: ClosedRange<Int> {
    switch operation {
    case .addition, .runningTotals: 2...20
    case .subtraction, .multiplication, .division: 2...2
    case .mixed: 3...6
    }
  }

  /// The widest operand whose results fit: 20 numbers below 10^9, two below 10^9, six below 10^3.
  private var maxDigits: Int { operation == .mixed ? 3 : 9 }

  /// The numbers with so many digits, `1...9` for one.
  private func range(_ digits: Int) -> ClosedRange<Int> {
    let least = (1..<digits).reduce(1) { power, _ in power * 10 }
    return least...least * 10 - 1
  }

  private func expression(
    _ numbers: [Int], repeating symbol: ArithmeticExpression.Operator
  ) -> ArithmeticExpression {
    ArithmeticExpression(
      operation, numbers, Array(repeating: symbol, count: numbers.count - 1))
  }
}
