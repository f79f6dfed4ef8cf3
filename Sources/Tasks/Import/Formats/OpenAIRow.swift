import VerifierKit

/// A row of OpenAI's reinforcement fine-tuning: `messages`, and whatever the grader reads of the item.
enum OpenAIRow {
  static func place(_ row: ImportRow, grader: ImportedGrader?) throws(Unplaced) -> PlacedRow {
    guard let grader else {
      throw Unplaced("the row needs a grader; name its file with --grader")
    }
    let item = row.has("item") ? try row.object("item") : row
    let chat = try (row.has("messages") ? row : item).prompt("messages", "input", "prompt")
    guard chat.completion == nil else {
      throw Unplaced("the last message is the assistant's; of fine-tuning it is the user's")
    }
    var kept = item.wholly  // the grader may read any of them
    kept["messages"] = nil
    return PlacedRow(
      id: try? item.optionalText("id"), prompt: chat.prompt, verifier: "openai-grader",
      metadata: ["grader": grader.value, "item": .object(kept)])
  }
}
