import VerifierKit

/// A row for TRL's GRPO trainer: a prompt, and a column with the reference.
///
/// Its reward functions are the user's own, so that only the columns' names tell what is what:
/// `prompt` or `problem`, then `answer`, `solution`, `ground_truth`, `final_answer` or `target`;
/// Countdown's rows have `nums` (or `numbers`) and `target`.
enum TRLRow {
  private static let references = [
    "answer", "final_answer", "ground_truth", "target", "solution", "reference",
  ]
  private static let prompts = ["prompt", "problem", "question", "instruction", "input"]

  static func isOne(_ row: ImportRow) -> Bool {
    puzzle(row) != nil
      || prompts.contains(where: row.has) && references.contains(where: row.has)
  }

  static func place(_ row: ImportRow) throws(Unplaced) -> PlacedRow {
    try row.refuseMedia()
    if let (numbers, target) = puzzle(row) { return try countdown(row, numbers, target) }
    let chat = try row.prompt("prompt", "problem", "question", "instruction", "input")
    guard let name = references.first(where: row.has) else {
      throw Unplaced("there is no 'answer', 'solution' or 'ground_truth'")
    }
    let text = try row.answer(name)
    // A worked solution names its result in a box.
    let isWorked = text.contains("\\boxed{") || text.contains("####")
    let judged = try ReferenceAnswer.judged(text)
    let completion = try row.optionalCompletion
    return PlacedRow(
      id: try? row.optionalText("id"), prompt: chat.prompt, answer: judged.answer,
      verifier: judged.verifier, metadata: judged.metadata,
      completion: chat.completion ?? completion ?? (isWorked ? text : nil))
  }

  // MARK: - Countdown

  private static func puzzle(_ row: ImportRow) -> (numbers: JSONValue, target: JSONValue)? {
    guard let numbers = row["nums"] ?? row["numbers"], numbers.isArray, let target = row["target"],
      case .number = target
    else { return nil }
    return (numbers, target)
  }

  private static func countdown(
    _ row: ImportRow, _ numbers: JSONValue, _ target: JSONValue
  ) throws(Unplaced) -> PlacedRow {
    let prompt =
      prompts.contains(where: row.has)
      ? try row.prompt("prompt", "problem", "question", "instruction", "input").prompt
      : """
      Using the numbers \(JSONText.line(numbers)), create an equation that equals \
      \(JSONText.line(target)). Use each number once, and +, -, * and /.
      """
    return PlacedRow(
      prompt: prompt, verifier: "arithmetic",
      metadata: ["family": .string("countdown"), "numbers": numbers, "target": target])
  }
}

extension ImportRow {
  /// The `completion` as a text or as messages.
  fileprivate var optionalCompletion: String? {
    get throws(Unplaced) {
      switch self["completion"] {
      case nil: nil
      case .string(let text): text
      case .array(let messages):
        if case .object(let message)? = messages.last, case .string(let text)? = message["content"]
        {
          text
        } else {
          nil
        }
      default: throw Unplaced("'completion' is neither a text nor messages")
      }
    }
  }
}
