import Tensors
import TestSupport
import Testing

@testable import Transformers

/// Holds the forward and backward passes to Hugging Face transformers on four model families.
@Suite struct GoldenTests {
  @Test(arguments: GoldenModel.names)
  func `log-probabilities and entropies are the reference's`(name: String) throws {
    let model = try GoldenModel(name)
    let batch = GoldenBatch(model.golden)
    let transformer = Transformer(model.parameters)
    let scores = TokenHead(transformer).score(
      transformer.forward(batch.rows), batch.targets, temperature: model.golden.temperature)
    expectClose(scores.logProbs, model.golden.rows.flatMap(\.logProbs), .accumulated(terms: 96))
    expectClose(scores.entropies, model.golden.rows.flatMap(\.entropies), .accumulated(terms: 96))
  }

  @Test(arguments: GoldenModel.names)
  func `the last logits are the reference's`(name: String) throws {
    let model = try GoldenModel(name)
    for row in model.golden.rows {
      var rows = PackedRows()
      let last = rows.append(prompt: row.promptTokens + row.completionTokens).prompt.upperBound - 1
      let transformer = Transformer(model.parameters)
      let logits = TokenHead(transformer).logits(transformer.forward(rows), rows: [Int32(last)])
      expectClose(logits.array, row.lastLogits, .accumulated(terms: 96))
    }
  }

  @Test(arguments: GoldenModel.names)
  func `every gradient is the reference's`(name: String) throws {
    let model = try GoldenModel(name)
    let gradients = GoldenBatch(model.golden).gradients(
      of: Transformer(model.parameters), temperature: model.golden.temperature,
      entropyCoefficient: model.golden.entropyCoefficient)
    #expect(gradients.table.entries.count == model.gradients.tensors.count)
    for entry in gradients.table.entries {
      let expected = try #require(model.gradients.tensors[entry.name])
      expectClose(
        gradients.matrix(entry).array, expected.values, .accumulated(terms: 96), entry.name)
    }
  }

  @Test(arguments: GoldenModel.names)
  func `in eight bits scores and gradients are near the reference's`(name: String) throws {
    let model = try GoldenModel(name)
    let (batch, transformer) = (GoldenBatch(model.golden), Transformer(model.parameters))
    let scores = TokenHead(transformer).score(
      transformer.forward(batch.rows, as: .int8), batch.targets,
      temperature: model.golden.temperature)
    let gaps = zip(scores.logProbs, model.golden.rows.flatMap(\.logProbs)).map { abs($0 - $1) }
    #expect(try #require(gaps.max()) < 0.05 && gaps.contains { $0 > 1e-5 }, "rounded, but little")
    let gradients = batch.gradients(
      of: transformer, temperature: model.golden.temperature,
      entropyCoefficient: model.golden.entropyCoefficient, as: .int8)
    let expected = try gradients.table.entries.flatMap {
      try #require(model.gradients.tensors[$0.name]).values
    }
    let actual = gradients.table.entries.flatMap { gradients.matrix($0).array }
    func product(_ a: [Float], _ b: [Float]) -> Double {
      zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let (length, norm) = (product(expected, expected), product(actual, actual))
    let cosine = product(expected, actual) / (length * norm).squareRoot()
    #expect(cosine > 0.999, "the gradients point the same way: \(cosine)")
    #expect(abs((norm / length).squareRoot() - 1) < 0.02, "and are as long")
  }

  @Test(arguments: GoldenModel.names)
  func `a shared prompt gives the gradients of separate ones`(name: String) throws {
    let model = try GoldenModel(name)
    func gradients(shared: Bool) -> [Float] {
      GoldenBatch(model.golden, copies: 3, shared: shared).gradients(
        of: Transformer(model.parameters), temperature: model.golden.temperature,
        entropyCoefficient: model.golden.entropyCoefficient, copies: 3
      ).values.array
    }
    expectClose(gradients(shared: true), gradients(shared: false), .accumulated(terms: 96))
  }

  @Test func `gradients do not depend on the chunks of the head`() throws {
    let model = try GoldenModel("llama-gqa-tied")
    func gradients(chunkBytes: Int) -> [Float] {
      GoldenBatch(model.golden, copies: 3).gradients(
        of: Transformer(model.parameters), temperature: 1, entropyCoefficient: 0.1,
        chunkBytes: chunkBytes
      ).values.array
    }
    expectClose(gradients(chunkBytes: 1), gradients(chunkBytes: 1 << 20), .accumulated(terms: 96))
  }

  @Test(arguments: GoldenModel.names)
  func `cached decoding gives the logits of a full forward pass`(name: String) throws {
    let model = try GoldenModel(name)
    let transformer = Transformer(model.parameters)
    let cache = KVCache(shape: transformer.shape, slots: 3, capacity: 16, promptRows: 64)
    for row in model.golden.rows {
      var rows = PackedRows()
      _ = rows.append(prompt: row.promptTokens + row.completionTokens)
      let all = TokenHead(transformer).logits(
        transformer.forward(rows), rows: (0..<Int32(rows.count)).map { $0 })
      let prompt = row.promptTokens
      let first = transformer.prefill([(prompt, 5)], cache: cache)
      expectClose(
        first.array, all.rows(prompt.count - 1..<prompt.count).array, .accumulated(terms: 96))
      for (index, token) in row.completionTokens.enumerated() {
        let logits = transformer.step(
          [
            DecodingRow(
              token: token, position: Int32(prompt.count + index), prompt: 5..<5 + prompt.count,
              slot: 2, count: index)
          ], cache: cache)
        let at = prompt.count + index
        expectClose(logits.array, all.rows(at..<at + 1).array, .accumulated(terms: 96))
      }
    }
  }
}
