import VerifierKit

/// A row of GSM8K: `question`, and `answer`, a worked solution with the result behind `####`.
///
/// - SeeAlso: Cobbe 2021.
enum GSM8KRow {
  static func place(_ row: ImportRow) throws(Unplaced) -> PlacedRow {
    let prompt = try row.text("question")
    let solution = try row.text("answer")
    guard let result = ReferenceAnswer.result(of: solution) else {
      throw Unplaced("the answer has no result behind '####'")
    }
    let (answer, verifier, metadata) = try ReferenceAnswer.judged(result, needsNumber: true)
    return PlacedRow(
      prompt: prompt, answer: answer, verifier: verifier, metadata: metadata, completion: solution)
  }
}
