/// Checks that a proof in LRAT's format shows clauses to be unsatisfiable.
///
/// Each clause that a line adds must follow from those before it by the unit propagation that its
/// hints spell out (RUP), or else must be one whose resolvents on its first literal all do (RAT).
struct LRATChecker {
  /// The clauses that are there, by their numbers.
  private var clauses: [Int: [CNFFormula.Literal]]
  private var lastID: Int
  /// For each variable 1 where it is true, -1 where it is false, 0 where it is open.
  private var values: [Int8]
  /// Variables that are not open, in the order of their assignment.
  private var trail: [CNFFormula.Literal] = []
  private var budget: WorkBudget

  private init(_ formula: CNFFormula, _ budget: WorkBudget) {
    clauses = Dictionary(
      uniqueKeysWithValues: formula.clauses.enumerated().map { ($0 + 1, $1) })
    lastID = formula.clauses.count
    values = Array(repeating: 0, count: 1)
    self.budget = budget
  }

  /// Checks a proof.
  ///
  /// - Parameters:
  ///   - proof: The proof, which must end with the empty clause.
  ///   - formula: The clauses that it is about.
  ///   - budget: Work that it may cause.
  /// - Returns: How many clauses it adds.
  /// - Throws: ``ProofRefusal`` where it shows nothing.
  @discardableResult
  static func check(
    _ proof: LRATProof, refutes formula: CNFFormula, budget: WorkBudget
  ) throws(ProofRefusal) -> Int {
    var checker = LRATChecker(formula, budget)
    var added = 0
    for (index, line) in proof.lines.enumerated() {
      switch line {
      case .deletion(let ids):
        try checker.delete(ids)
      case .addition(let id, let clause, let hints):
        guard id > checker.lastID else {
          throw ProofRefusal("clause \(id) is added behind clause \(checker.lastID)")
        }
        try checker.justify(id, clause, hints)
        checker.lastID = id
        checker.clauses[id] = clause
        added += 1
        guard !clause.isEmpty else {
          guard index == proof.lines.count - 1 else {
            throw ProofRefusal("lines stand behind the empty clause")
          }
          return added
        }
      }
    }
    throw ProofRefusal("it does not end with the empty clause")
  }

  private mutating func delete(_ ids: [Int]) throws(ProofRefusal) {
    try budget.spend(1 + ids.count)
    for id in ids {
      guard clauses.removeValue(forKey: id) != nil else {
        throw ProofRefusal("clause \(id) is deleted, but is not there")
      }
    }
  }

  // MARK: - One clause

  /// Shows that a clause may be added.
  private mutating func justify(
    _ id: Int, _ clause: [CNFFormula.Literal], _ hints: [Int]
  ) throws(ProofRefusal) {
    try budget.spend(1 + clause.count + hints.count)
    defer { undo(to: 0) }
    for literal in clause {
      // A clause with a literal and its opposite is always true.
      if value(of: literal) > 0 { return }
      assign(-literal)
    }
    let units = hints.prefix { $0 > 0 }
    if try propagate(units, for: id) {
      guard units.count == hints.count else {
        throw ProofRefusal("clause \(id) has hints behind the conflict")
      }
      return
    }
    guard let pivot = clause.first else {
      throw ProofRefusal("the hints of clause \(id), the empty one, lead to no conflict")
    }
    try checkResolvents(of: id, on: pivot, hints[units.endIndex...])
  }

  /// Shows the resolvents on a literal: each hint below 0 names a clause with the opposite literal,
  /// and those behind it lead to a conflict; a clause that none names must be true already.
  private mutating func checkResolvents(
    of id: Int, on pivot: CNFFormula.Literal, _ hints: ArraySlice<Int>
  ) throws(ProofRefusal) {
    var shown: Set<Int> = []
    var rest = hints
    let mark = trail.count
    while let first = rest.popFirst() {
      let units = rest.prefix { $0 > 0 }
      rest = rest[units.endIndex...]
      guard let other = clauses[-first], other.contains(-pivot) else {
        throw ProofRefusal("clause \(id) has the case of \(-first), which has no literal \(-pivot)")
      }
      try budget.spend(other.count)
      shown.insert(-first)
      if assumeFalse(other, but: -pivot) {
        guard try propagate(units, for: id) else {
          throw ProofRefusal("clause \(id), case of \(-first): its hints lead to no conflict")
        }
      }
      undo(to: mark)
    }
    for (candidate, other) in clauses where !shown.contains(candidate) {
      try budget.spend(1 + other.count)
      guard other.contains(-pivot) else { continue }
      guard other.contains(where: { $0 != -pivot && value(of: $0) > 0 }) else {
        throw ProofRefusal("clause \(id) has no hints for a clause with the literal \(-pivot)")
      }
    }
  }

  /// Assigns the opposite of every literal but one.
  ///
  /// - Returns: Whether that was possible; false where one of them is true.
  private mutating func assumeFalse(
    _ clause: [CNFFormula.Literal], but pivot: CNFFormula.Literal
  ) -> Bool {
    for literal in clause where literal != pivot {
      if value(of: literal) > 0 { return false }
      assign(-literal)
    }
    return true
  }

  /// Follows hints, each of which names a clause with one open literal, until one has none.
  ///
  /// - Returns: Whether the last hint is a conflict; false where all hints were followed in vain.
  private mutating func propagate(
    _ hints: ArraySlice<Int>, for id: Int
  ) throws(ProofRefusal) -> Bool {
    for (index, hint) in zip(hints.indices, hints) {
      guard let clause = clauses[hint] else {
        throw ProofRefusal("clause \(id) has the hint \(hint), which is not there")
      }
      try budget.spend(1 + clause.count)
      var open: CNFFormula.Literal?
      for literal in clause {
        let value = value(of: literal)
        if value < 0 { continue }
        guard value == 0, open == nil else {
          throw ProofRefusal("clause \(id) has the hint \(hint), which leads to nothing")
        }
        open = literal
      }
      guard let open else {
        guard index == hints.endIndex - 1 else {
          throw ProofRefusal("clause \(id) has hints behind the conflict")
        }
        return true
      }
      assign(open)
    }
    return false
  }

  // MARK: - Assignments

  private func value(of literal: CNFFormula.Literal) -> Int8 {
    let variable = Int(literal.magnitude)
    guard variable < values.count else { return 0 }
    return literal > 0 ? values[variable] : -values[variable]
  }

  /// Makes a literal true; one that is true already stays so.
  private mutating func assign(_ literal: CNFFormula.Literal) {
    let variable = Int(literal.magnitude)
    if variable >= values.count {
      values += Array(repeating: 0, count: variable + 1 - values.count)
    }
    guard values[variable] == 0 else { return }
    values[variable] = literal > 0 ? 1 : -1
    trail.append(literal)
  }

  private mutating func undo(to mark: Int) {
    while trail.count > mark { values[Int(trail.removeLast().magnitude)] = 0 }
  }
}
