import FactTables

/// The words of a question, which a sentence that answers it may repeat.
struct QuestionWords {
  /// All of them, folded.
  let all: Set<String>
  /// Stretches of the prompt between its marks; none where it offers a choice.
  private let stretches: [[String]]

  /// - Parameters:
  ///   - prompt: The question.
  ///   - others: What is known of it besides, such as its key.
  init(_ prompt: String, also others: [String]) {
    all = Set(FoldedText(([prompt] + others).joined(separator: " ")).words)
    stretches =
      all.contains("or")
      ? []
      : prompt.split(whereSeparator: { ",;:.?!()\n".contains($0) }).flatMap { stretch in
        FoldedText(String(stretch)).words.split(separator: "and").map(Array.init)
      }
  }

  /// Whether the question itself says a value, as `Jupiter or Saturn?` does, so that a sentence with
  /// two such values would answer twice.
  func names(_ value: ArraySlice<String>) -> Bool { value.allSatisfy(all.contains) }

  /// Whether words are a part of the prompt, in its order, that says what is asked: `capital of
  /// Luxembourg`, and no name alone.
  func asks(_ part: ArraySlice<String>) -> Bool {
    part.count >= 2
      && stretches.contains { stretch in
        stretch.count > part.count
          && (0...stretch.count - part.count).contains { stretch[$0...].starts(with: part) }
      }
  }
}
