import Foundation
import Tensors
import TestSupport

@testable import Transformers

/// A small random model of Hugging Face transformers with its numbers.
struct GoldenModel {
  /// What the reference computed (`recipe` in the file says how).
  struct Golden: Decodable {
    struct Row: Decodable {
      let promptTokens: [Int32]
      let completionTokens: [Int32]
      let weights: [Float]
      let logProbs: [Float]
      let entropies: [Float]
      let lastLogits: [Float]
    }
    let temperature: Float
    let entropyCoefficient: Float
    let loss: Double
    let rows: [Row]
  }

  private struct Config: Decodable {
    struct RopeParameters: Decodable { let rope_theta: Double }
    let vocab_size: Int
    let hidden_size: Int
    let num_hidden_layers: Int
    let num_attention_heads: Int
    let num_key_value_heads: Int
    let head_dim: Int?
    let intermediate_size: Int
    let rms_norm_eps: Float
    let rope_parameters: RopeParameters
    let tie_word_embeddings: Bool
    let model_type: String
  }

  static let names = ["llama-gqa-tied", "llama-untied", "qwen2-bias", "qwen3-qknorm"]

  let golden: Golden
  let parameters: Parameters
  let gradients: TensorFixture

  init(_ name: String) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/\(name)")
    golden = try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: folder.appending(path: "golden.json")))
    let config = try JSONDecoder().decode(
      Config.self, from: Data(contentsOf: folder.appending(path: "config.json")))
    parameters = Parameters(
      TransformerShape(
        vocabularySize: config.vocab_size, width: config.hidden_size,
        blocks: config.num_hidden_layers, heads: config.num_attention_heads,
        kvHeads: config.num_key_value_heads,
        headWidth: config.head_dim ?? config.hidden_size / config.num_attention_heads,
        feedForwardWidth: config.intermediate_size, normEpsilon: config.rms_norm_eps,
        rotary: Rotary(base: config.rope_parameters.rope_theta),
        tiedHead: config.tie_word_embeddings, attentionBias: config.model_type == "qwen2",
        queryKeyNorm: config.model_type == "qwen3", maxPositions: 128))
    let weights = try TensorFixture(folder.appending(path: "model.safetensors"))
    for entry in parameters.table.entries {
      guard let tensor = weights.tensors[entry.name] else { throw CocoaError(.fileReadNoSuchFile) }
      for (index, value) in tensor.values.enumerated() {
        parameters.values[entry.offset + index] = value
      }
    }
    gradients = try TensorFixture(folder.appending(path: "gradients.safetensors"))
  }
}

/// The rows of a golden model as one batch, each prompt with one or more copies of its completion.
struct GoldenBatch {
  var rows = PackedRows()
  var targets = TokenHead.Targets()
  /// Weight of each target's log-probability in the loss.
  var weights: [Float] = []

  init(_ golden: GoldenModel.Golden, copies: Int = 1, shared: Bool = true) {
    for row in golden.rows {
      let completions = Array(repeating: row.completionTokens, count: copies)
      for group in shared ? [completions] : completions.map({ [$0] }) {
        // The last completion token predicts nothing, so it is not fed.
        let ranges = rows.append(
          prompt: row.promptTokens, continuations: group.map { Array($0.dropLast()) })
        for continuation in ranges.continuations {
          targets.rows += [Int32(ranges.prompt.upperBound - 1)] + continuation.map { Int32($0) }
          targets.tokens += row.completionTokens
          weights += row.weights.map { $0 / Float(copies) }
        }
      }
    }
  }

  /// The gradient of `Σ weight·logProb - coefficient·Σ entropy`.
  func gradients(
    of transformer: Transformer, temperature: Float, entropyCoefficient: Float, copies: Int = 1,
    chunkBytes: Int = 1 << 20, as precision: ProductPrecision = .float32
  ) -> Parameters {
    let gradients = Parameters(transformer.shape)
    var activations = transformer.forward(rows, as: precision)
    let head = TokenHead(transformer, chunkBytes: chunkBytes)
    let dOutput = head.backward(
      activations, targets, temperature: temperature, gradients: gradients
    ) { chunk in
      TokenHead.Slopes(
        dLogProbs: Array(weights[chunk.range]),
        dEntropies: chunk.range.map { _ in -entropyCoefficient / Float(copies) })
    }
    transformer.backward(dOutput, activations: &activations, gradients: gradients)
    return gradients
  }
}
