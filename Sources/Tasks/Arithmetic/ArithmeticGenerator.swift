import Settings
import VerifierKit

/// Makes the splits of an arithmetic task, as ``FamilySampler`` draws them.
struct ArithmeticGenerator: TaskGenerator {
  /// A family under its name.
  typealias NamedFamily = (name: String, family: ArithmeticFamily)

  let settings: ArithmeticSettings
  let families: [NamedFamily]

  /// Checks what no family can see alone.
  ///
  /// - Throws: `InvalidSetting` without a family, for totals that could be read as thousands, and
  ///   for sums beside running totals, which would write one problem on both sides of the split.
  init(_ settings: ArithmeticSettings, families: [NamedFamily]) throws(InvalidSetting) {
    guard !families.isEmpty else {
      throw InvalidSetting(
        key: "families", value: "empty", rule: "there is nothing to draw problems from")
    }
    let operations = Set(families.map(\.family.operation))
    if operations.contains(.runningTotals), operations.contains(.addition) {
      throw InvalidSetting(
        key: "families", value: "runningTotals beside addition",
        rule: "a sum would be one problem in one and another in the other; use one of them")
    }
    for (name, family) in families where family.operation == .runningTotals {
      let digits = max(family.leftDigits, family.rightDigits)
      guard settings.style == .spaced || (digits == 1 && family.operands <= 11) else {
        throw InvalidSetting(
          key: "families.\(name)", value: "\(family.operands) operands of \(digits) digits",
          rule: """
            compact totals are joined by commas and must stay below 100, which holds for at most \
            11 operands of 1 digit
            """)
      }
    }
    self.settings = settings
    self.families = families
  }

  /// The problems of one side, and on the training side its demonstrations.
  func taskSet(_ name: String, _ split: GeneratedSplit) throws(TaskError) -> TaskSet {
    let draws = families.map { name, family in
      FamilyDraw(
        name: name, weight: family.weight, draw: family.draw(using:), canonical: \.canonical,
        problem: { problem($0, of: name) }, completion: completion)
    }
    return try FamilySampler(settings: settings).taskSet(name, split, of: draws)
  }

  /// How a demonstration answers.
  func completion(_ expression: ArithmeticExpression) -> String {
    let style = settings.style
    switch (settings.steps, style) {
    case (.direct, .compact):
      return "\(expression.value)"
    case (.direct, .spaced):
      return "\(expression.text(.spaced)) = \(expression.value)"
    case (.intermediate, .compact) where expression.operation == .runningTotals:
      return expression.workings.map { "\($0.value)" }.joined(separator: ",")
    case (.intermediate, _):
      let space = style == .spaced ? " " : ""
      return expression.workings.map {
        "\($0.left)\(space)\($0.symbol.rawValue)\(space)\($0.right)\(space)=\(space)\($0.value)"
      }.joined(separator: style == .spaced ? "\n" : " ")
    }
  }

  // MARK: - Helpers

  private func problem(_ expression: ArithmeticExpression, of family: String) -> Problem {
    Problem(
      id: "\(family)/\(expression.text(.compact))",
      prompt: expression.text(settings.style) + (settings.style == .spaced ? " =" : "="),
      answer: "\(expression.value)",
      metadata: [
        "family": .string(family), "operation": .string(expression.operation.rawValue),
      ])
  }
}
