/// A task whose answer is a value for each constant, at which the goal holds.
///
/// The answer is `((x 3) (y (- 4)))`, with literals alone; it is held against the sorts here, so that
/// z3 never sees a value that does not fit.
struct WitnessTask {
  private let declarations: SMTDeclarations
  private let goal: SExpression
  private let sorts: [String: ValueSort]

  /// - Throws: ``Unjudged`` where the task has no constant, or one of a sort without literals.
  init(_ declarations: SMTDeclarations, goal: SExpression) throws(Unjudged) {
    (self.declarations, self.goal) = (declarations, goal)
    var sorts: [String: ValueSort] = [:]
    for constant in declarations.constants {
      guard let sort = ValueSort(constant.sort) else {
        throw Unjudged(
          """
          the task's constant '\(constant.name.shown(20))' is of the sort \
          '\(constant.sort.description.shown(40))', which has no literals
          """)
      }
      sorts[constant.name] = sort
    }
    guard !sorts.isEmpty else { throw Unjudged("the task declares no constant to give a value") }
    self.sorts = sorts
  }

  /// The values of an answer, by the constants' names, as they are written in a script.
  ///
  /// - Throws: ``Refusal`` unless each constant has one value, and nothing else has.
  func values(_ answer: String) throws(Refusal) -> [String: String] {
    let expressions: [SExpression]
    do throws(SExpressionError) {
      expressions = try SExpressionReader.expressions(in: answer)
    } catch {
      throw Refusal("the witness cannot be read: \(error)")
    }
    guard expressions.count == 1, let pairs = expressions[0].parts else {
      throw Refusal("a witness is one list of pairs, as in ((x 3) (y 4))")
    }
    var values: [String: String] = [:]
    for pair in pairs {
      guard let parts = pair.parts, parts.count == 2, let name = parts[0].symbol else {
        throw Refusal("'\(pair.description.shown())' is no pair of a constant and its value")
      }
      guard let sort = sorts[name] else {
        throw Refusal("the task has no constant '\(name.shown(20))'")
      }
      guard let value = sort.literal(parts[1]) else {
        throw Refusal(
          "'\(parts[1].description.shown())' is no literal of '\(name)', of the sort \(sort)")
      }
      guard values.updateValue(value, forKey: name) == nil else {
        throw Refusal("'\(name)' has two values")
      }
    }
    if let missing = declarations.constants.first(where: { values[$0.name] == nil }) {
      throw Refusal("'\(missing.name)' has no value")
    }
    return values
  }

  /// The question whether the goal can fail at these values.
  ///
  /// Constants are defined, not assumed equal, so nothing can become inconsistent. And that the goal
  /// cannot fail is more than that it can hold: a division by zero, of which SMT-LIB leaves the value
  /// open, is no witness.
  func query(_ values: [String: String]) -> SolverQuery {
    let lines = declarations.commands.map { command in
      switch command {
      case .constant(let constant):
        "(define-fun \(constant.name) () \(constant.sort) \(values[constant.name] ?? ""))"
      case .other(let expression): expression.description
      }
    }
    return SolverQuery(
      theory: lines, answer: [], question: ["(assert (not \(goal)))", "(check-sat)"])
  }

  /// The witness in one spelling, to count equal answers by.
  func canonical(_ values: [String: String]) -> String {
    "(" + values.sorted { $0.key < $1.key }.map { "(\($0) \($1))" }.joined(separator: " ") + ")"
  }
}

/// A sort whose values have literals.
enum ValueSort: Equatable, CustomStringConvertible {
  case truth, integer, real, text
  case bits(Int)

  init?(_ sort: SExpression) {
    switch sort {
    case .atom(.symbol, "Bool"): self = .truth
    case .atom(.symbol, "Int"): self = .integer
    case .atom(.symbol, "Real"): self = .real
    case .atom(.symbol, "String"): self = .text
    case .list(let parts):
      guard parts.count == 3, parts[0].symbol == "_", parts[1].symbol == "BitVec",
        let width = Int(parts[2].description), (1...SExpressionReader.digitLimit).contains(width)
      else { return nil }
      self = .bits(width)
    default: return nil
    }
  }

  var description: String {
    switch self {
    case .truth: "Bool"
    case .integer: "Int"
    case .real: "Real"
    case .text: "String"
    case .bits(let width): "(_ BitVec \(width))"
    }
  }

  /// The value as a script has it; nil where it is no literal of this sort.
  func literal(_ value: SExpression) -> String? {
    switch (self, value) {
    case (.truth, .atom(.symbol, "true")), (.truth, .atom(.symbol, "false")),
      (.text, .atom(.string, _)):
      value.description
    case (.bits(let width), .atom(.bits, let digits)):
      (digits.utf8.count - 2) * (digits.hasPrefix("#x") ? 4 : 1) == width ? digits : nil
    case (.integer, _): Self.signed(value) { Self.numeral($0) }
    case (.real, _):
      Self.signed(value) { value in
        guard let parts = value.parts, parts.count == 3, parts[0].symbol == "/" else {
          return Self.decimal(value)
        }
        guard let top = Self.signed(parts[1], Self.decimal), let bottom = Self.decimal(parts[2]),
          bottom.contains(where: { ("1"..."9").contains($0) })
        else { return nil }
        return "(/ \(top) \(bottom))"
      }
    default: nil
    }
  }

  private static func signed(
    _ value: SExpression, _ unsigned: (SExpression) -> String?
  ) -> String? {
    guard let parts = value.parts, parts.count == 2, parts[0].symbol == "-" else {
      return unsigned(value)
    }
    return unsigned(parts[1]).map { "(- \($0))" }
  }

  private static func numeral(_ value: SExpression) -> String? {
    if case .atom(.numeral, let digits) = value { digits } else { nil }
  }

  private static func decimal(_ value: SExpression) -> String? {
    switch value {
    case .atom(.numeral, let digits): digits + ".0"
    case .atom(.decimal, let digits): digits
    default: nil
    }
  }
}
