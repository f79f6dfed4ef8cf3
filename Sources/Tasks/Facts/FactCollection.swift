import FactTables
import Foundation

/// The facts of a table that hold now, as questions with all their answers.
struct FactCollection {
  /// One question in one direction.
  struct Fact {
    /// What is given, as the table writes it first.
    let given: String
    /// Right answers, each with its other spellings; at least one.
    var answers: [(text: String, aliases: [String])] = []
    /// The texts by which the split decides: one for each row's relation and key.
    var canonicals: Set<String> = []
  }

  private let rows: [FactRow]

  /// Reads the rows of a table that have not ended.
  ///
  /// - Throws: ``FactTableError``.
  init(_ file: URL) throws {
    var rows: [FactRow] = []
    try FactTableFile(file).read { row, _ in
      if row.asOf.isOpen { rows.append(row) }
    }
    self.rows = rows
  }

  /// The questions of a family, in the table's order.
  func facts(of family: FactFamily) -> [Fact] {
    var facts: [Fact] = []
    var places: [String: Int] = [:]
    let relation = FoldedText(family.relation)
    for row in rows where FoldedText(row.relation) == relation {
      let isForward = family.direction == .forward
      let given = isForward ? row.key : row.value
      let (answer, aliases) =
        isForward ? (row.value, row.aliases) : (row.key, row.keyAliases)
      let folded = FoldedText(given).text
      let place = places[folded] ?? facts.count
      if place == facts.count {
        facts.append(Fact(given: given))
        places[folded] = place
      }
      facts[place].canonicals.insert("\(relation.text)\n\(FoldedText(row.key).text)")
      let known = facts[place].answers.contains { FoldedText($0.text) == FoldedText(answer) }
      if !known { facts[place].answers.append((answer, aliases)) }
    }
    return facts
  }
}
