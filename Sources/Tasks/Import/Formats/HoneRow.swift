import VerifierKit

/// A row that `hone` reads itself: `id`, `prompt`, `answer`, `metadata`, `completion`.
enum HoneRow {
  static let keys: Set = ["id", "prompt", "answer", "metadata", "completion"]

  static func place(_ row: ImportRow) throws(Unplaced) -> PlacedRow {
    if let other = row.members.keys.filter({ !keys.contains($0) }).min() {
      throw Unplaced("nothing reads the key '\(other)'; put what a verifier needs into 'metadata'")
    }
    let metadata = row.has("metadata") ? try row.object("metadata").members : [:]
    var placed = PlacedRow(
      id: try row.optionalText("id"), prompt: try row.text("prompt"),
      answer: try row.optionalText("answer"), verifier: "", metadata: metadata,
      completion: try row.optionalText("completion"))
    if case .string(let verifier)? = metadata["verifier"] {
      placed.verifier = verifier
    } else if let answer = placed.answer {
      let judged = try ReferenceAnswer.judged(answer)
      placed.verifier = judged.verifier
      placed.metadata.merge(judged.metadata) { own, _ in own }
    } else {
      throw Unplaced("there is neither an 'answer' nor a 'verifier' in 'metadata'")
    }
    return placed
  }
}
