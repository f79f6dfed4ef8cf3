import PropositionalLogic
import Randomness
import Settings
import VerifierKit

/// Makes the splits of a task of theorems of the propositional calculus, for the verifier `proof`.
///
/// All theorems of short proofs are found first, and drawn from; so each problem has a proof that is
/// known, and a shortest one. What is an instance of an axiom, or of the prompt's own example, is
/// left out.
struct PropositionalGenerator: TaskGenerator {
  /// The proof that the prompt shows.
  static let example = "DD211"

  let settings: PropositionalSettings
  let families: [(name: String, family: PropositionalFamily)]

  /// - Throws: `InvalidSetting` without a family, or for two of one length, which could ask for the
  ///   same theorem.
  init(
    _ settings: PropositionalSettings, families: [(name: String, family: PropositionalFamily)]
  ) throws(InvalidSetting) {
    guard !families.isEmpty else {
      throw InvalidSetting(
        key: "families", value: "empty", rule: "there is nothing to draw problems from")
    }
    guard Set(families.map(\.family.detachments)).count == families.count else {
      throw InvalidSetting(
        key: "families", value: "two with as many detachments",
        rule: "they could ask for the same theorem; give each its own number")
    }
    (self.settings, self.families) = (settings, families)
  }

  func taskSet(_ name: String, _ split: GeneratedSplit) throws(TaskError) -> TaskSet {
    let table = TheoremTable(detachments: families.map(\.family.detachments).max() ?? 0)
    let draws = families.map { name, family in
      let entries = Self.askable(table.levels[family.detachments], family)
      return FamilyDraw(
        name: name, weight: family.weight,
        draw: { entries.isEmpty ? nil : entries[$0.integer(in: 0...entries.count - 1)] },
        canonical: \.theorem.description, problem: { problem($0, of: name) }, completion: \.proof)
    }
    return try FamilySampler(settings: settings).taskSet(name, split, of: draws)
  }

  /// The theorems that are short enough and no instance of what everyone knows.
  private static func askable(
    _ entries: [TheoremTable.Entry], _ family: PropositionalFamily
  ) -> [TheoremTable.Entry] {
    entries.filter { entry in
      entry.theorem.symbols.count <= family.symbols
        && !["1", "2", "3", example].contains {
          CondensedDetachment.standard.proves($0, entry.theorem)
        }
    }
  }

  private func problem(_ item: TheoremTable.Entry, of family: String) -> Problem {
    Problem(
      id: "\(family)/\(item.theorem)",
      prompt: """
        Axioms:
        1: (P -> (Q -> P))
        2: ((P -> (Q -> R)) -> ((P -> Q) -> (P -> R)))
        3: ((~ P -> ~ Q) -> (Q -> P))
        DXY is the detachment of Y from X, where X and Y are proofs: of an implication, and of its \
        left side. So \(Self.example) proves (P -> P).
        Write a proof of \(item.theorem), and nothing else.
        """,
      answer: item.proof,
      metadata: [
        "family": .string(family), "system": .string("condensedDetachment"),
        "theorem": .string(item.theorem.description),
      ])
  }
}
