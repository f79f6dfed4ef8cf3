@testable import hone_verifier_proof

/// Checks the clauses of a proof by unit propagation over all clauses, without any hint: a second
/// opinion, which accepts whatever a checker of hints may accept.
struct PlainUnsatisfiability {
  private var clauses: [Int: [Int32]]

  init(_ formula: CNFFormula) {
    clauses = Dictionary(uniqueKeysWithValues: formula.clauses.enumerated().map { ($0 + 1, $1) })
  }

  /// Whether each clause of a proof follows (RUP) or keeps satisfiability (RAT), up to the empty one.
  mutating func accepts(_ proof: LRATProof) -> Bool {
    for line in proof.lines {
      switch line {
      case .deletion(let ids): for id in ids { clauses[id] = nil }
      case .addition(let id, let clause, _):
        guard follows(clause) || keeps(clause) else { return false }
        clauses[id] = clause
        if clause.isEmpty { return true }
      }
    }
    return false
  }

  private func keeps(_ clause: [Int32]) -> Bool {
    guard let pivot = clause.first else { return false }
    return clauses.values.filter { $0.contains(-pivot) }.allSatisfy { other in
      follows(clause + other.filter { $0 != -pivot })
    }
  }

  private func follows(_ clause: [Int32]) -> Bool {
    var truths = Set<Int32>()
    for literal in clause {
      if truths.contains(literal) { return true }
      truths.insert(-literal)
    }
    var hasChanged = true
    while hasChanged {
      hasChanged = false
      for other in clauses.values where !other.contains(where: truths.contains) {
        let open = other.filter { !truths.contains(-$0) }
        if open.isEmpty { return true }
        if open.count == 1, truths.insert(open[0]).inserted { hasChanged = true }
      }
    }
    return false
  }
}
