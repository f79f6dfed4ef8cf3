/// Whole numbers joined by operators: one arithmetic problem, apart from how it is written.
struct ArithmeticExpression: Equatable {
  /// A binary operator, by the character that stands for it.
  enum Operator: Character {
    case plus = "+"
    case minus = "-"
    case times = "*"
    case dividedBy = "/"

    /// Whether it is applied before sums.
    var bindsTighter: Bool { self == .times || self == .dividedBy }

    /// The result for two numbers whose result is known to be whole and to fit.
    func callAsFunction(_ left: Int, _ right: Int) -> Int {
      switch self {
      case .plus: left + right
      case .minus: left - right
      case .times: left * right
      case .dividedBy: left / right
      }
    }
  }

  /// One step of a worked answer: `left symbol right = value`.
  struct Working: Equatable {
    let left: Int
    let symbol: Operator
    let right: Int
    var value: Int { symbol(left, right) }
  }

  let operation: ArithmeticOperation
  /// One more than `operators`.
  let operands: [Int]
  let operators: [Operator]

  init(_ operation: ArithmeticOperation, _ operands: [Int], _ operators: [Operator]) {
    precondition(
      operators.count >= 1 && operands.count == operators.count + 1,
      "\(operands.count) operands and \(operators.count) operators")
    (self.operation, self.operands, self.operators) = (operation, operands, operators)
  }

  /// The result, products and quotients before sums.
  var value: Int { evaluation.last?.value ?? operands[0] }

  /// The one text that all spellings of the problem share.
  ///
  /// Operands of a sum or a product are sorted, so that `85+47` is the problem `47+85`. Running
  /// totals differ with the order, and so do the other operations.
  var canonical: String {
    let sorts = operation == .addition || operation == .multiplication
    return text(of: sorts ? operands.sorted() : operands, between: "")
  }

  /// The expression as it is asked, such as `47+85` or `47 + 85`.
  func text(_ style: ArithmeticStyle) -> String {
    text(of: operands, between: style == .spaced ? " " : "")
  }

  /// The steps that lead to the value, of which the last one gives it.
  ///
  /// A chain is worked from the left, products before sums. A single sum or difference is worked
  /// digit by digit of its right operand, a product digit by digit of its left one, and a quotient
  /// digit by digit of the result, each followed by the sum of the parts.
  var workings: [Working] {
    guard operators.count == 1 else { return evaluation }
    let (left, right) = (operands[0], operands[1])
    switch operators[0] {
    case .plus, .minus:
      var value = left
      return nonZeroParts(of: right).reversed().map { part in
        let step = Working(left: value, symbol: operators[0], right: part)
        value = step.value
        return step
      }
    case .times:
      return summed(nonZeroParts(of: left).map { Working(left: $0, symbol: .times, right: right) })
    case .dividedBy:
      return summed(
        nonZeroParts(of: left / right).map {
          Working(left: $0 * right, symbol: .dividedBy, right: right)
        })
    }
  }

  // MARK: - Helpers

  /// Every operator once, in the order in which it is applied.
  private var evaluation: [Working] {
    var steps: [Working] = []
    var terms = [operands[0]]
    var sums: [Operator] = []
    for (symbol, operand) in zip(operators, operands.dropFirst()) {
      if symbol.bindsTighter {
        let step = Working(left: terms[terms.count - 1], symbol: symbol, right: operand)
        terms[terms.count - 1] = step.value
        steps.append(step)
      } else {
        terms.append(operand)
        sums.append(symbol)
      }
    }
    var total = terms[0]
    for (symbol, term) in zip(sums, terms.dropFirst()) {
      let step = Working(left: total, symbol: symbol, right: term)
      total = step.value
      steps.append(step)
    }
    return steps
  }

  /// The parts, followed by the additions that bring them together.
  private func summed(_ parts: [Working]) -> [Working] {
    guard let first = parts.first else { return evaluation }
    var total = first.value
    return parts
      + parts.dropFirst().map { part in
        let step = Working(left: total, symbol: .plus, right: part.value)
        total = step.value
        return step
      }
  }

  /// `407` as `[400, 7]`, and `0` as `[0]`.
  private func nonZeroParts(of number: Int) -> [Int] {
    var parts: [Int] = []
    var (rest, place) = (number, 1)
    while rest > 0 {
      if rest % 10 > 0 { parts.append(rest % 10 * place) }
      rest /= 10
      if rest > 0 { place *= 10 }
    }
    return parts.isEmpty ? [0] : parts.reversed()
  }

  private func text(of operands: [Int], between space: String) -> String {
    var text = "\(operands[0])"
    for (symbol, operand) in zip(operators, operands.dropFirst()) {
      text += "\(space)\(symbol.rawValue)\(space)\(operand)"
    }
    return text
  }
}
