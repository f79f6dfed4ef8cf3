import VerifierKit

/// A row of reasoning-gym: `question`, `answer`, and `metadata` whose `source_dataset` is the family.
enum ReasoningGymRow {
  /// The family's name, where the row has one; a row of `metadata` that is a text is read, too.
  static func family(of row: ImportRow) -> String? {
    if let metadata = try? row.object("metadata"),
      case .string(let family)? = metadata["source_dataset"]
    {
      return family
    }
    guard row.has("metadata"), case .string(let family)? = row["family"] ?? row["dataset"] else {
      return nil
    }
    return family
  }

  static func place(_ row: ImportRow) throws(Unplaced) -> PlacedRow {
    let prompt = try row.text("question")
    guard let family = family(of: row) else {
      throw Unplaced("there is no 'source_dataset' in 'metadata'")
    }
    switch ReasoningGymFamilies.judging(of: family) {
    case nil: throw Unplaced("the family '\(family)' is in no table of verifiers")
    case .unsupported(let reason)?: throw Unplaced("the family '\(family)': \(reason)")
    case .verifier(let verifier, let metadata)?:
      let answer = try row.answer("answer")
      var kept: [String: JSONValue] = ["family": .string(family)]
      // What puzzles are judged by; all else of the metadata is about how the row was made.
      let own = try row.object("metadata")
      for name in ["numbers", "target"] where isPuzzle(family) { kept[name] = own[name] }
      kept.merge(metadata) { $1 }
      return PlacedRow(prompt: prompt, answer: answer, verifier: verifier, metadata: kept)
    }
  }

  /// Families whose answer is an expression of given numbers; in others, such as `gcd`, `numbers`
  /// means something else.
  private static func isPuzzle(_ family: String) -> Bool {
    family == "countdown" || family == "puzzle24"
  }
}
