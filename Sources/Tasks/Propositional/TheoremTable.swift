import PropositionalLogic

/// The theorems that short proofs by condensed detachment prove, each with a shortest one.
struct TheoremTable {
  /// A theorem with a shortest proof.
  struct Entry {
    let theorem: PropositionalFormula
    let proof: String
  }

  /// Symbols of a theorem that others are made from, at most.
  private static let symbolLimit = 60

  /// Theorems by the detachments of their shortest proofs, from 0 on.
  let levels: [[Entry]]

  /// Finds all theorems of proofs with so many detachments from the standard axioms.
  ///
  /// Each level joins shorter proofs in every way. The order is the same on every machine.
  init(detachments: Int) {
    var seen: Set<PropositionalFormula> = []
    let axioms = CondensedDetachment.standard.axioms.enumerated().map {
      Entry(theorem: $1, proof: "\($0 + 1)")
    }
    seen.formUnion(axioms.map(\.theorem))
    var levels = [axioms]
    while levels.count <= detachments {
      var level: [Entry] = []
      for majors in levels.indices {
        for major in levels[majors] {
          for minor in levels[levels.count - 1 - majors] {
            let theorem = CondensedDetachment.detached(
              minor.theorem, from: major.theorem, limit: Self.symbolLimit)
            guard let theorem, seen.insert(theorem).inserted else { continue }
            level.append(Entry(theorem: theorem, proof: "D" + major.proof + minor.proof))
          }
        }
      }
      levels.append(level)
    }
    self.levels = levels
  }
}
