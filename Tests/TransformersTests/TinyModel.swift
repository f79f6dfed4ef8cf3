import Foundation
import Tensors
import TestSupport
import Testing
import Transformers

/// A model of two blocks and some 1,000 parameters, for tests that touch every one of them.
struct TinyModel: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let shape: TransformerShape

  /// What the families differ in: head sharing, a head of its own, biases, norms of queries and keys
  /// with heads wider than the model's share.
  static let families = [
    TinyModel(testDescription: "llama, tied", shape: shape()),
    TinyModel(testDescription: "llama, untied", shape: shape(kvHeads: 2, tiedHead: false)),
    TinyModel(testDescription: "qwen2", shape: shape(attentionBias: true)),
    TinyModel(testDescription: "qwen3", shape: shape(headWidth: 6, queryKeyNorm: true)),
  ]

  private static func shape(
    kvHeads: Int = 1, headWidth: Int = 4, tiedHead: Bool = true, attentionBias: Bool = false,
    queryKeyNorm: Bool = false
  ) -> TransformerShape {
    TransformerShape(
      vocabularySize: 11, width: 8, blocks: 2, heads: 2, kvHeads: kvHeads, headWidth: headWidth,
      feedForwardWidth: 9, rotary: Rotary(base: 100), tiedHead: tiedHead,
      attentionBias: attentionBias, queryKeyNorm: queryKeyNorm, maxPositions: 64)
  }

  /// Weights of the size of `1 / sqrt(in)`, gains around 1, embeddings and biases around 0.5, so that
  /// every part matters and nothing is near a kink.
  func parameters(seed: UInt64 = 1) -> Parameters {
    let parameters = Parameters(shape)
    var numbers = TestNumbers(seed: seed)
    for entry in parameters.table.entries {
      let isGain = entry.name.hasSuffix("norm.weight") || entry.name.hasSuffix("layernorm.weight")
      let scale = entry.place == .embedding ? 0.8 : 1.5 / Float(entry.shape.last ?? 1).squareRoot()
      for position in entry.range {
        parameters.values[position] = isGain ? 1 + numbers.float(0.3) : numbers.float(scale)
      }
    }
    return parameters
  }
}

/// Prompts with continuations and what each scored token weighs, packed as a test likes it.
struct TinyBatch {
  struct Group {
    var prompt: [Int32]
    var completions: [[Int32]]
    /// Tells the group apart, as its place in a whole batch does.
    var key: UInt32
    var firstIndex = 0
  }

  private(set) var rows = PackedRows()
  private(set) var targets = TokenHead.Targets()
  private(set) var weights: [Float] = []
  /// The targets of each completion, by group.
  private(set) var ranges: [[Range<Int>]] = []
  let temperature: Float = 0.8
  let entropyWeight: Float = 0.05

  static let groups = [
    Group(prompt: [1, 4, 7], completions: [[2, 3, 10], [5], [6, 6, 1, 0]], key: 0),
    Group(prompt: [9], completions: [[8, 2, 10]], key: 1),
    Group(prompt: [3, 3], completions: [[4, 5], [10]], key: 2),
  ]

  init(_ groups: [Group] = groups) {
    for group in groups {
      let placed = rows.append(
        prompt: group.prompt, continuations: group.completions.map { Array($0.dropLast()) },
        key: group.key, firstIndex: group.firstIndex)
      var ranges: [Range<Int>] = []
      for (index, pair) in zip(group.completions, placed.continuations).enumerated() {
        let first = targets.count
        targets.rows += [Int32(placed.prompt.upperBound - 1)] + pair.1.map { Int32($0) }
        targets.tokens += pair.0
        // A weight of its own for each token of each completion, whatever it is packed with.
        weights += pair.0.indices.map { place in
          Float(1 + group.key) * 0.3 - Float(group.firstIndex + index) * 0.35 + Float(place) * 0.1
        }
        ranges.append(first..<targets.count)
      }
      self.ranges.append(ranges)
    }
  }

  /// `Σ weight·logProb + entropyWeight·Σ entropy`, summed in double precision.
  func loss(_ transformer: Transformer, dropout: DropoutPlan? = nil) -> Double {
    let scores = TokenHead(transformer).score(
      transformer.forward(rows, dropout: dropout, keep: false), targets, temperature: temperature)
    let policy = zip(scores.logProbs, weights).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    return policy + Double(entropyWeight) * scores.entropies.reduce(0.0) { $0 + Double($1) }
  }

  /// The log-probabilities of each completion, by group.
  func logProbs(_ transformer: Transformer, dropout: DropoutPlan? = nil) -> [[[Float]]] {
    let scores = TokenHead(transformer).score(
      transformer.forward(rows, dropout: dropout), targets, temperature: temperature)
    return ranges.map { $0.map { Array(scores.logProbs[$0]) } }
  }

  /// Adds the gradient of ``loss(_:dropout:)`` to `gradients`.
  func addGradients(
    _ transformer: Transformer, dropout: DropoutPlan? = nil, to gradients: Parameters
  ) {
    var activations = transformer.forward(rows, dropout: dropout)
    let dOutput = TokenHead(transformer).backward(
      activations, targets, temperature: temperature, gradients: gradients
    ) { chunk in
      TokenHead.Slopes(
        dLogProbs: Array(weights[chunk.range]),
        dEntropies: chunk.range.map { _ in entropyWeight })
    }
    transformer.backward(dOutput, activations: &activations, gradients: gradients)
  }

  func gradients(_ transformer: Transformer, dropout: DropoutPlan? = nil) -> Parameters {
    let gradients = Parameters(transformer.shape)
    addGradients(transformer, dropout: dropout, to: gradients)
    return gradients
  }
}
