import Policies
import Tensors
import Testing
import Transformers

@testable import hone_benchmarks

/// The formulas against what the kernels count, and against numbers worked out by hand.
@Suite struct TransformerWorkTests {
  private let shape = TransformerShape(
    vocabularySize: 20, width: 12, blocks: 3, heads: 3, kvHeads: 1, headWidth: 4,
    feedForwardWidth: 10)
  private var work: TransformerWork { TransformerWork(shape: shape) }

  /// Operations of all products within `body`.
  private func products(_ body: () -> Void) async -> Double {
    await KernelProfile.recording { body() }.entries.reduce(0) { $0 + $1.operations }
  }

  @Test func `parameters are those of the table without its gains`() {
    let gains = shape.width * (2 * shape.blocks + 1)
    #expect(
      work.blockParameters + work.headParameters == Double(ParameterTable(shape).count - gains))
  }

  @Test func `SmolLM2 has 134.5 million`() {
    let smolLM2 = TransformerWork(shape: Workloads.Model.smolLM2.shape)
    // 30 * (576 * 960 + 576 * 576 + 3 * 576 * 1536) + 49152 * 576
    #expect(smolLM2.blockParameters == 106_168_320)
    #expect(smolLM2.headParameters == 28_311_552)
  }

  @Test func `a position attends to those before it and to itself`() {
    #expect(TransformerWork.pairs(0..<4) == 1 + 2 + 3 + 4)
    #expect(TransformerWork.pairs(2..<4) == 3 + 4)
    #expect(TransformerWork.pairs(4..<4) == 0)
  }

  @Test func `attention is a product of queries and keys, and one of weights and values`() {
    let without = work.forward(rows: 5, scored: 0, pairs: 0)
    // 3 blocks * 3 heads * 4 values, each multiplied and added, twice, for 7 pairs
    #expect(work.forward(rows: 5, scored: 0, pairs: 7) - without == 3 * 3 * 4 * 2 * 2 * 7)
  }

  @Test func `a forward pass has the products that the kernels count`() async throws {
    let transformer = Transformer(Parameters(shape, seed: 1))
    let cache = KVCache(shape: shape, slots: 2, capacity: 4, promptRows: 10)
    let prompts = [[Int32](repeating: 1, count: 5), [Int32](repeating: 2, count: 5)]
    let prefill = await products {
      _ = transformer.prefill([(prompts[0], 0), (prompts[1], 5)], cache: cache)
    }
    #expect(prefill == work.forward(rows: 10, scored: 2, pairs: 0))
    let step = await products {
      _ = transformer.step(
        [
          DecodingRow(token: 1, position: 5, prompt: 0..<5, slot: 0, count: 0),
          DecodingRow(token: 1, position: 5, prompt: 5..<10, slot: 1, count: 0),
        ], cache: cache)
    }
    #expect(step == work.forward(rows: 2, scored: 2, pairs: 0))
  }

  @Test func `training has three times the products of a forward pass`() async throws {
    let transformer = Transformer(Parameters(shape, seed: 1))
    let gradients = Parameters(shape)
    var rows = PackedRows()
    _ = rows.append(prompt: [Int32](repeating: 3, count: 6))
    var targets = TokenHead.Targets()
    (targets.rows, targets.tokens) = ([2, 3, 4, 5], [1, 1, 1, 1])
    let counted = await products {
      var activations = transformer.forward(rows)
      let dOutput = TokenHead(transformer).backward(
        activations, targets, temperature: 1, gradients: gradients
      ) { chunk in
        TokenHead.Slopes(
          dLogProbs: chunk.range.map { _ in 1 }, dEntropies: chunk.range.map { _ in 0 })
      }
      transformer.backward(dOutput, activations: &activations, gradients: gradients)
    }
    #expect(counted == work.training(rows: 6, scored: 4, pairs: 0).operations)
  }

  @Test func `a step of decoding reads all weights and each row's context`() {
    let weights = 4 * (work.blockParameters + work.headParameters)
    // 2 rows whose contexts are 6 and then 7 tokens of 3 blocks * (key and value) * 4 floats
    let cache = Double(2 * (6 + 7) * 3 * 2 * 4 * 4)
    let part = work.decode(rows: 2, prompt: 5, steps: 2)
    #expect(part.bytes == 2 * weights + cache)
    #expect(part.workingSet == weights + cache / 2)
  }

  /// 2 rows whose contexts are 6 and then 7 tokens, in two steps.
  @Test func `in reduced precision products and attention have limits of their own`() {
    let whole = work.decode(rows: 2, prompt: 5, steps: 2)
    let parts = work.decode(rows: 2, prompt: 5, steps: 2, as: .reduced)
    let packed = Double(PackedWeights.bytes(shape, as: .int8))
    #expect(parts.map(\.arithmetic) == ["int8 dot product", "float32 multiply-add"])
    #expect(parts.map(\.operations).reduce(0, +) == whole.operations)
    // 4 * 3 blocks * 12 columns of queries, for 2 * (6 + 7) pairs
    #expect(parts[1].operations == 4 * 3 * 12 * 26)
    // Each step reads the packed weights; keys and values are half as many bytes.
    #expect(parts[0].bytes == 2 * packed)
    #expect(parts[1].bytes == Double(2 * (6 + 7) * 3 * 2 * 4 * 2))
    #expect(parts.allSatisfy { $0.workingSet == packed + parts[1].bytes / 2 })
    let prefill = work.prefill(count: 3, length: 5, as: .reduced)
    #expect(prefill.map(\.bytes) == [packed, 0])
    #expect(
      prefill.map(\.operations).reduce(0, +) == work.prefill(count: 3, length: 5).operations)
    let training = work.training(rows: 6, scored: 4, pairs: 21, as: .reduced)
    #expect(training.map(\.arithmetic) == ["int8 dot product", "float32 multiply-add"])
    #expect(
      training.map(\.operations) == [
        work.training(rows: 6, scored: 4, pairs: 0).operations, Double(3 * 4 * 3 * 12 * 21),
      ])
  }

  @Test func `weights in float32 are one part`() {
    let parts = work.decode(rows: 2, prompt: 5, steps: 2, as: .whole)
    #expect(parts.map(\.bytes) == [work.decode(rows: 2, prompt: 5, steps: 2).bytes])
  }
}
