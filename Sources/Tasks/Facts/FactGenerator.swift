import FactTables
import Foundation
import Settings
import VerifierKit

/// Makes problems of a table of facts, so that three kinds of recall can be told apart.
///
/// Training shows some facts in some phrasings. The other splits ask for the same facts in the same
/// words, for the same facts in words that training never used, and for facts that it never showed.
/// A fact is held out by the hash of its relation and key (``HeldOutSplit``), in both directions.
struct FactGenerator {
  /// The sets that every table gives.
  enum Split: String, CaseIterable {
    /// Trained facts in trained phrasings, each with a worked answer.
    case train
    /// Trained facts in phrasings that training never shows.
    case phrasings
    /// Facts that training never shows, in trained phrasings.
    case facts
    /// All three kinds beside each other, as families, each fact once a kind.
    case recall
  }

  /// A family under its name.
  typealias NamedFamily = (name: String, family: FactFamily)

  /// The names of the three kinds, as a report shows them.
  static let (trained, unseenPhrasings, unseenFacts) =
    ("trained facts", "unseen phrasings", "unseen facts")

  let settings: FactTaskSettings
  let families: [NamedFamily]

  /// The problems of one split.
  ///
  /// - Parameters:
  ///   - name: How the set was asked for.
  ///   - split: Which problems.
  ///   - folder: The task's folder, in which the table lies.
  ///   - maxPromptCharacters: A longer prompt is an error.
  /// - Returns: The set, with demonstrations where it is for training.
  /// - Throws: `FactTableError` for the table, ``TaskError`` for a set that cannot be used.
  func taskSet(
    _ name: String, _ split: Split, folder: URL, maxPromptCharacters: Int
  ) throws -> TaskSet {
    let collection = try FactCollection(folder.appending(path: settings.table))
    var problems: [Problem] = []
    for (familyName, family) in families {
      let all = collection.facts(of: family)
      guard !all.isEmpty else {
        throw TaskError.noSuchRelation(table: settings.table, relation: family.relation)
      }
      let maker = FactProblemMaker(name: familyName, family: family, letters: settings.letters)
      let (shown, hidden) = sides(of: all)
      switch split {
      case .train: problems += maker.problems(shown, family.trained, kind: familyName)
      case .phrasings: problems += maker.problems(shown, family.unseen, kind: Self.unseenPhrasings)
      case .facts: problems += maker.problems(hidden, family.trained, kind: Self.unseenFacts)
      case .recall:
        problems += maker.eachOnce(shown, family.trained, kind: Self.trained)
        problems += maker.eachOnce(shown, family.unseen, kind: Self.unseenPhrasings)
        problems += maker.eachOnce(hidden, family.trained, kind: Self.unseenFacts)
      }
    }
    let mixed = Self.mixed(problems)
    return try TaskSet(
      name: name, problems: mixed,
      demonstrations: split == .train ? mixed.map(Self.demonstration) : [],
      maxPromptCharacters: maxPromptCharacters)
  }

  // MARK: - Helpers

  /// The facts that training shows, and those that it never does; one that is partly held out, as a
  /// value that two keys share may be, is neither.
  private func sides(
    of facts: [FactCollection.Fact]
  ) -> (shown: [FactCollection.Fact], hidden: [FactCollection.Fact]) {
    let rule = HeldOutSplit(share: settings.heldOutFacts)
    return (
      facts.filter { !$0.canonicals.contains(where: rule.holdsOut) },
      facts.filter { $0.canonicals.allSatisfy(rule.holdsOut) }
    )
  }

  /// An order in which a beginning has something of everything: by the hash of the id.
  private static func mixed(_ problems: [Problem]) -> [Problem] {
    let placed = problems.map { (place: HeldOutSplit.hash($0.id), problem: $0) }
    return placed.sorted { one, other in
      (one.place, one.problem.id) < (other.place, other.problem.id)
    }.map(\.problem)
  }

  private static func demonstration(_ problem: Problem) -> Demonstration {
    Demonstration(problem: problem, completion: problem.answer ?? "")
  }
}

/// Writes the problems of one family.
private struct FactProblemMaker {
  let name: String
  let family: FactFamily
  let letters: FactTaskSettings.Letters

  /// Each fact in each phrasing.
  func problems(
    _ facts: [FactCollection.Fact], _ phrasings: [String], kind: String
  ) -> [Problem] {
    phrasings.flatMap { phrasing in facts.map { problem($0, phrasing, kind: kind) } }
  }

  /// Each fact in one phrasing, which takes turns.
  func eachOnce(
    _ facts: [FactCollection.Fact], _ phrasings: [String], kind: String
  ) -> [Problem] {
    facts.enumerated().map { index, fact in
      problem(fact, phrasings[index % phrasings.count], kind: kind)
    }
  }

  private func problem(
    _ fact: FactCollection.Fact, _ phrasing: String, kind: String
  ) -> Problem {
    let given = written(fact.given)
    var metadata: [String: JSONValue] = [
      "family": .string(kind), "key": .string(given), "relation": .string(family.relation),
      "direction": .string(family.direction.rawValue),
    ]
    let first = fact.answers[0]
    if !first.aliases.isEmpty { metadata["aliases"] = texts(first.aliases) }
    if fact.answers.count > 1 {
      metadata["answers"] = .array(
        fact.answers.dropFirst().map { texts([$0.text] + $0.aliases) })
    }
    let prompt = phrasing.replacing(FactFamily.place, with: given)
    return Problem(
      id: "\(name)/\(prompt)", prompt: prompt, answer: written(first.text), metadata: metadata)
  }

  private func texts(_ spellings: [String]) -> JSONValue {
    .array(spellings.map { .string(written($0)) })
  }

  private func written(_ text: String) -> String {
    letters == .lowercase ? text.lowercased() : text
  }
}
