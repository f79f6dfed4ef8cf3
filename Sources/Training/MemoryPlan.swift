package import Tensors
package import Transformers

/// Memory that a stage will take, stated before it runs.
package struct MemoryPlan: Codable, Equatable, Sendable {
  /// Weights, in bytes, as all others.
  package let weights: Int
  /// Gradients and the two moments of AdamW; 0 where nothing is trained.
  package let optimizer: Int
  /// Activations of a pass of `rows` rows, kept for the backward pass.
  package let activations: Int
  /// Logits of one chunk of the head.
  package let logits: Int
  /// Weights packed for decoding.
  package let packed: Int
  /// Keys and values while decoding.
  package let cache: Int
  /// A frozen copy of the weights, for a KL term.
  package let reference: Int

  package var total: Int { weights + optimizer + activations + logits + packed + cache + reference }

  /// The plan of a stage.
  ///
  /// - Parameters:
  ///   - shape: Of the policy.
  ///   - trains: Whether gradients and moments are needed.
  ///   - rows: Rows of a training pass.
  ///   - slots: Completions decoded side by side.
  ///   - capacity: Tokens of a completion.
  ///   - promptRows: Rows of prompts in the cache.
  ///   - precision: Of the weights while decoding.
  ///   - cachePrecision: Of keys and values while decoding.
  ///   - hasReference: Whether a frozen copy is kept.
  package init(
    _ shape: TransformerShape, trains: Bool, rows: Int, slots: Int, capacity: Int,
    promptRows: Int, precision: WeightPrecision = .float32,
    cachePrecision: CachePrecision = .float32, hasReference: Bool = false
  ) {
    let count = ParameterTable(shape).count
    weights = count * 4
    optimizer = trains ? count * 12 : 0
    reference = hasReference ? count * 4 : 0
    let qkv = shape.queryWidth + 2 * shape.kvWidth
    let normedHeads = shape.queryKeyNorm ? shape.queryWidth + shape.kvWidth + shape.heads * 2 : 0
    let perBlock =
      4 * shape.width + qkv + shape.queryWidth + shape.heads + 2 * shape.feedForwardWidth + 2
      + normedHeads
    let passing = 5 * shape.width + qkv + 2 * shape.feedForwardWidth + shape.queryWidth
    activations = trains ? rows * (perBlock * shape.blocks + passing) * 4 : 0
    logits = min(max(16 * shape.vocabularySize * 4, 64 << 20), rows * shape.vocabularySize * 4)
    packed = slots > 0 ? PackedWeights.bytes(shape, as: precision) : 0
    cache = KVCache.bytes(
      shape: shape, slots: slots, capacity: capacity, promptRows: promptRows,
      precision: cachePrecision)
  }
}
