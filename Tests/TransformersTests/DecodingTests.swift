import Tensors
import TestSupport
import Testing

@testable import Transformers

@Suite struct DecodingTests {
  /// A completion in the making: where its prompt and its slot are, and what it says.
  private struct Sequence {
    let prompt: [Int32]
    let promptRow: Int
    let slot: Int
    let tokens: [Int32]
    /// The step in which its first token is fed.
    let start: Int
  }

  @Test(arguments: TinyModel.families)
  func `rows of different lengths and slots used again decode like a full pass`(
    model: TinyModel
  ) {
    let transformer = Transformer(model.parameters())
    let cache = KVCache(shape: model.shape, slots: 2, capacity: 5, promptRows: 9)
    // The third takes the slot of the first, and the fourth its prompt's rows.
    let sequences = [
      Sequence(prompt: [1, 2, 3, 4], promptRow: 0, slot: 1, tokens: [5, 6], start: 0),
      Sequence(prompt: [7], promptRow: 5, slot: 0, tokens: [8, 9, 10, 0, 1], start: 0),
      Sequence(prompt: [7], promptRow: 5, slot: 1, tokens: [3, 3, 2], start: 2),
      Sequence(prompt: [2, 9], promptRow: 1, slot: 1, tokens: [4, 10, 6, 6], start: 5),
    ]
    for step in 0..<9 {
      for sequence in sequences where sequence.start == step {
        let first = transformer.prefill([(sequence.prompt, sequence.promptRow)], cache: cache)
        expectClose(first.array, full(transformer, sequence.prompt), .accumulated(terms: 32))
      }
      let active = sequences.filter { ($0.start..<$0.start + $0.tokens.count).contains(step) }
      guard !active.isEmpty else { continue }
      let rows = active.map { sequence in
        DecodingRow(
          token: sequence.tokens[step - sequence.start],
          position: Int32(sequence.prompt.count + step - sequence.start),
          prompt: sequence.promptRow..<sequence.promptRow + sequence.prompt.count,
          slot: sequence.slot, count: step - sequence.start)
      }
      let logits = transformer.step(rows, cache: cache)
      for (index, sequence) in active.enumerated() {
        expectClose(
          logits.rows(index..<index + 1).array,
          full(transformer, sequence.prompt + sequence.tokens.prefix(step - sequence.start + 1)),
          .accumulated(terms: 32), "step \(step), slot \(sequence.slot)")
      }
    }
  }

  @Test func `prompts are prefilled side by side`() {
    let transformer = Transformer(TinyModel.families[2].parameters())
    let cache = KVCache(shape: transformer.shape, slots: 1, capacity: 1, promptRows: 12)
    let prompts: [[Int32]] = [[1, 2, 3], [4], [5, 6, 7, 8, 9]]
    let logits = transformer.prefill(
      prompts.enumerated().map { ($1, [7, 0, 2][$0]) }, cache: cache)
    for (index, prompt) in prompts.enumerated() {
      expectClose(
        logits.rows(index..<index + 1).array, full(transformer, prompt), .accumulated(terms: 32))
    }
  }

  /// The logits after the last token, without a cache.
  private func full(_ transformer: Transformer, _ tokens: [Int32]) -> [Float] {
    let other = Transformer(transformer.parameters)  // with memory of its own
    var rows = PackedRows()
    _ = rows.append(prompt: tokens)
    return TokenHead(other).logits(other.forward(rows), rows: [Int32(tokens.count - 1)]).array
  }
}
