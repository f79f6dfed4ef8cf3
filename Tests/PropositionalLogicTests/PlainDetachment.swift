@testable import PropositionalLogic

/// Condensed detachment as a textbook has it, with terms that are trees: a second opinion.
indirect enum PlainTerm: Equatable {
  case variable(Int)
  case negation(PlainTerm)
  case implication(PlainTerm, PlainTerm)

  /// What a proof by the three standard axioms proves; nil where it proves nothing.
  static func conclusion(of proof: String) -> PlainTerm? {
    var fresh = 0
    var rest = Substring(proof)
    guard let term = conclusion(&rest, &fresh), rest.isEmpty else { return nil }
    return term
  }

  /// Whether a theorem is a substitution instance of the term.
  func covers(_ theorem: PlainTerm) -> Bool {
    var found: [Int: PlainTerm] = [:]
    return Self.match(self, theorem, &found)
  }

  /// Operands before operators, variables numbered as they turn up.
  var symbols: [PropositionalFormula.Symbol] {
    var numbers: [Int: Int] = [:]
    func symbols(_ term: PlainTerm) -> [PropositionalFormula.Symbol] {
      switch term {
      case .variable(let name):
        let number = numbers[name] ?? numbers.count
        numbers[name] = number
        return [.variable(number)]
      case .negation(let part): return symbols(part) + [.negation]
      case .implication(let left, let right):
        return symbols(left) + symbols(right) + [.implication]
      }
    }
    return symbols(self)
  }

  init(_ formula: PropositionalFormula) {
    var operands: [PlainTerm] = []
    for symbol in formula.symbols {
      switch symbol {
      case .variable(let number): operands.append(.variable(number))
      case .negation: operands.append(.negation(operands.removeLast()))
      case .implication:
        let right = operands.removeLast()
        operands.append(.implication(operands.removeLast(), right))
      }
    }
    self = operands[0]
  }

  // MARK: - Steps

  private static func conclusion(_ rest: inout Substring, _ fresh: inout Int) -> PlainTerm? {
    guard let step = rest.popFirst() else { return nil }
    if step == "D" {
      guard let major = conclusion(&rest, &fresh), let minor = conclusion(&rest, &fresh),
        case .implication(let left, let right) = major
      else { return nil }
      var substitution: [Int: PlainTerm] = [:]
      guard unify(left, minor, &substitution) else { return nil }
      return right.applying(substitution)
    }
    let (p, q, r) = (
      PlainTerm.variable(fresh), PlainTerm.variable(fresh + 1), PlainTerm.variable(fresh + 2)
    )
    fresh += 3
    switch step {
    case "1": return p.implies(q.implies(p))
    case "2": return p.implies(q.implies(r)).implies(p.implies(q).implies(p.implies(r)))
    case "3": return PlainTerm.negation(p).implies(.negation(q)).implies(q.implies(p))
    default: return nil
    }
  }

  private func implies(_ other: PlainTerm) -> PlainTerm { .implication(self, other) }

  private func applying(_ substitution: [Int: PlainTerm]) -> PlainTerm {
    switch self {
    case .variable(let name): substitution[name].map { $0.applying(substitution) } ?? self
    case .negation(let part): .negation(part.applying(substitution))
    case .implication(let left, let right):
      .implication(left.applying(substitution), right.applying(substitution))
    }
  }

  private func holds(_ name: Int) -> Bool {
    switch self {
    case .variable(let other): other == name
    case .negation(let part): part.holds(name)
    case .implication(let left, let right): left.holds(name) || right.holds(name)
    }
  }

  private static func unify(
    _ one: PlainTerm, _ other: PlainTerm, _ substitution: inout [Int: PlainTerm]
  ) -> Bool {
    let (one, other) = (one.applying(substitution), other.applying(substitution))
    switch (one, other) {
    case _ where one == other: return true
    case (.variable(let name), let term), (let term, .variable(let name)):
      if term.holds(name) { return false }
      substitution[name] = term
      return true
    case (.negation(let one), .negation(let other)): return unify(one, other, &substitution)
    case (.implication(let a, let b), .implication(let c, let d)):
      return unify(a, c, &substitution) && unify(b, d, &substitution)
    default: return false
    }
  }

  private static func match(
    _ pattern: PlainTerm, _ term: PlainTerm, _ found: inout [Int: PlainTerm]
  ) -> Bool {
    switch (pattern, term) {
    case (.variable(let name), _):
      if let before = found[name] { return before == term }
      found[name] = term
      return true
    case (.negation(let one), .negation(let other)): return match(one, other, &found)
    case (.implication(let a, let b), .implication(let c, let d)):
      return match(a, c, &found) && match(b, d, &found)
    default: return false
    }
  }
}
