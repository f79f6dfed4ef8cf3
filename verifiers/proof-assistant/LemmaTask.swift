/// A task whose answer is a formula that makes conditions hold: an invariant of a loop, an
/// interpolant, a stronger lemma.
///
/// The formula becomes the body of a function, and each condition must then hold for all values of
/// the constants. It may speak of its parameters and of the task's functions alone.
struct LemmaTask {
  /// Conditions of a task, at most.
  static let conditionLimit = 16

  private let declarations: SMTDeclarations
  private let name: String
  /// Names and sorts, as they are written.
  private let parameters: SExpression
  private let parameterNames: Set<String>
  private let sort: SExpression
  private let conditions: [SExpression]

  /// - Throws: ``Unjudged`` where a name has a meaning already, or there is no condition.
  init(
    _ declarations: SMTDeclarations, name: String, parameters: SExpression, sort: SExpression,
    conditions: [SExpression]
  ) throws(Unjudged) {
    let taken = Set(declarations.functions.keys).union(declarations.constants.map(\.name))
    var names: Set<String> = []
    for parameter in parameters.parts ?? [] {
      guard let parts = parameter.parts, parts.count == 2, let one = parts[0].symbol,
        SMTDeclarations.isFree(one), declarations.functions[one] == nil,
        names.insert(one).inserted
      else {
        throw Unjudged("'\(parameter.description.shown())' is no parameter with a sort")
      }
    }
    guard !names.isEmpty else {
      throw Unjudged("the task's 'parameters' are no list, as in ((x Int) (y Int))")
    }
    let plain = try SMTDeclarations.expression("name", name)
    guard plain.symbol == name, SMTDeclarations.isFree(name), !taken.contains(name),
      !names.contains(name)
    else { throw Unjudged("the task's 'name' is no new symbol") }
    guard (1...Self.conditionLimit).contains(conditions.count) else {
      throw Unjudged(
        "the task has \(conditions.count) conditions, not 1 to \(Self.conditionLimit)")
    }
    (self.declarations, self.name, self.parameters) = (declarations, name, parameters)
    (parameterNames, self.sort, self.conditions) = (names, sort, conditions)
  }

  /// The formula of an answer.
  ///
  /// - Throws: ``Refusal`` where it is more than one term, or none that is allowed.
  func formula(_ answer: String) throws(Refusal) -> SExpression {
    let expressions: [SExpression]
    do throws(SExpressionError) {
      expressions = try SExpressionReader.expressions(in: answer)
    } catch {
      throw Refusal("the formula cannot be read: \(error)")
    }
    guard expressions.count == 1 else {
      throw Refusal("one formula is asked for, and there are \(expressions.count)")
    }
    try check(expressions[0], bound: [])
    return expressions[0]
  }

  /// The questions whether a condition can fail, one for each.
  func queries(_ formula: SExpression) -> [SolverQuery] {
    var theory: [String] = []
    var constants: [String] = []
    for command in declarations.commands {
      switch command {
      case .constant(let constant):
        constants.append("(declare-const \(constant.name) \(constant.sort))")
      case .other(let expression): theory.append(expression.description)
      }
    }
    // The constants come after the formula, so that it cannot be of one condition's values.
    let definition = "(define-fun \(name) \(parameters) \(sort) \(formula))"
    return conditions.map {
      SolverQuery(
        theory: theory, answer: [definition],
        question: constants + ["(assert (not \($0)))", "(check-sat)"])
    }
  }

  // MARK: - Terms

  /// Holds a term to what an answer may say; how deep it goes is bounded by the reader.
  private func check(_ term: SExpression, bound: Set<String>) throws(Refusal) {
    switch term {
    case .atom(.symbol, let name):
      guard
        bound.contains(name) || parameterNames.contains(name) || name == "true" || name == "false"
          || declarations.functions[name] == 0
      else { throw Refusal("'\(name.shown(20))' is no parameter of the formula") }
    case .atom(.numeral, _), .atom(.decimal, _), .atom(.bits, _): break
    case .atom(_, let text): throw Refusal("'\(text.shown(20))' has no place in a formula")
    case .list(let parts):
      guard let head = parts.first else { throw Refusal("there is an empty list") }
      guard let function = head.symbol else {
        throw Refusal("'\(head.description.shown(20))' is no function")
      }
      if function == "let" { return try checkLet(parts, bound: bound) }
      let arguments =
        SMTOperators.arguments(of: function)
        ?? declarations.functions[function].map { $0...$0 }
      guard let arguments, arguments.upperBound > 0 else {
        throw Refusal("'\(function.shown(20))' is no function that a formula may use")
      }
      guard arguments.contains(parts.count - 1) else {
        throw Refusal("'\(function)' has \(parts.count - 1) arguments")
      }
      for part in parts.dropFirst() { try check(part, bound: bound) }
    }
  }

  private func checkLet(_ parts: [SExpression], bound: Set<String>) throws(Refusal) {
    guard parts.count == 3, let pairs = parts[1].parts, !pairs.isEmpty else {
      throw Refusal("a 'let' has the form (let ((name term)) term)")
    }
    var inner = bound
    for pair in pairs {
      guard let halves = pair.parts, halves.count == 2, let name = halves[0].symbol else {
        throw Refusal("'\(pair.description.shown())' is no pair of a name and a term")
      }
      guard SMTDeclarations.isFree(name), name != self.name, !parameterNames.contains(name),
        declarations.functions[name] == nil, inner.insert(name).inserted
      else { throw Refusal("a 'let' gives '\(name.shown(20))' another meaning") }
      try check(halves[1], bound: bound)
    }
    try check(parts[2], bound: inner)
  }
}
