import Randomness
import Settings
import VerifierKit

/// Makes the splits of an arithmetic task: the same ones for the same settings, on any machine.
///
/// Draw `i` of a family has random numbers of its own, so a larger set starts with the smaller
/// one. Which side of the split a problem falls on is its own hash's affair
/// (``HeldOutSplit``), whatever the seed and the counts.
struct ArithmeticGenerator {
  /// The two sides that every generated task has.
  enum Split: String, CaseIterable {
    case train
    case heldout
  }

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
  func taskSet(_ name: String, _ split: Split) throws(TaskError) -> TaskSet {
    let training = split == .train
    let demonstrationCounts = shares(of: training ? settings.demonstrations : 0)
    let problemCounts = shares(
      of: training ? settings.trainingProblems : settings.heldOutProblems)
    var demonstrations: [[Demonstration]] = []
    var problems: [[Problem]] = []
    for (index, (name, family)) in families.enumerated() {
      let expressions = try distinct(
        demonstrationCounts[index] + problemCounts[index], of: family, named: name, split)
      demonstrations.append(
        expressions.prefix(demonstrationCounts[index]).map {
          Demonstration(problem: problem($0, of: name), completion: completion($0))
        })
      problems.append(
        expressions.dropFirst(demonstrationCounts[index]).map { problem($0, of: name) })
    }
    return try TaskSet(
      name: name, problems: interleaved(problems), demonstrations: interleaved(demonstrations))
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

  /// The first `count` different expressions of a family on one side of the split.
  private func distinct(
    _ count: Int, of family: ArithmeticFamily, named name: String, _ split: Split
  ) throws(TaskError) -> [ArithmeticExpression] {
    let rule = HeldOutSplit(share: settings.heldOutShare)
    let stream = HeldOutSplit.hash(name)
    // Enough for every problem of a small family to turn up, and an end to looking for more.
    let attempts = 100 * count + 100_000
    var found: [ArithmeticExpression] = []
    var seen: Set<String> = []
    var attempt = 0
    while found.count < count {
      guard attempt < attempts else {
        throw .tooFewProblems(
          family: name, part: split == .train ? "training" : "held-out", found: found.count,
          wanted: count)
      }
      var generator = CounterGenerator(keys: settings.seed, stream, UInt64(attempt))
      attempt += 1
      guard let expression = family.draw(using: &generator) else { continue }
      let canonical = expression.canonical
      guard rule.holdsOut(canonical) == (split == .heldout) else { continue }
      if seen.insert(canonical).inserted { found.append(expression) }
    }
    return found
  }

  /// `count` cut by the families' weights; what rounding leaves goes to the largest remainders.
  private func shares(of count: Int) -> [Int] {
    let total = families.reduce(0) { $0 + $1.family.weight }
    let exact = families.map { Double(count) * ($0.family.weight / total) }
    var shares = exact.map { Int($0) }
    let byRemainder = exact.indices.sorted {
      let (one, other) = (exact[$0] - Double(shares[$0]), exact[$1] - Double(shares[$1]))
      return one == other ? $0 < $1 : one > other
    }
    for index in byRemainder.prefix(max(0, count - shares.reduce(0, +))) { shares[index] += 1 }
    return shares
  }

  /// One list in which every stretch holds the lists in proportion, and each keeps its order.
  private func interleaved<Element>(_ lists: [[Element]]) -> [Element] {
    var placed: [(place: Double, list: Int, element: Element)] = []
    for (index, list) in lists.enumerated() {
      for (position, element) in list.enumerated() {
        placed.append(((Double(position) + 0.5) / Double(list.count), index, element))
      }
    }
    placed.sort { $0.place == $1.place ? $0.list < $1.list : $0.place < $1.place }
    return placed.map(\.element)
  }
}
