package import Tensors
package import Transformers

/// Memory that a stage will take, stated before it runs.
///
/// The program itself, texts and records come on top: some tens of megabytes. A step of one pass takes
/// less than its plan: nearly half of the gradients take turns with activations.
package struct MemoryPlan: Codable, Equatable, Sendable {
  /// Weights, in bytes, as all others.
  package let weights: Int
  /// The two moments of AdamW; 0 where nothing is trained.
  package let moments: Int
  /// A frozen copy of the weights, for a KL term.
  package let reference: Int
  /// Gradients, in an update.
  package let gradients: Int
  /// Values that a pass of `rows` rows keeps for the backward pass, in an update.
  package let activations: Int
  /// What the head's chunk of logits, or the backward pass of a block, takes beside them.
  package let passing: Int
  /// Weights packed for decoding.
  package let packed: Int
  /// Keys and values while decoding.
  package let cache: Int
  /// What a prompt's pass, or a step of decoding with its logits, takes beside them.
  package let decoding: Int

  /// The largest part of an update.
  package var update: Int { gradients + activations + passing }
  /// The largest part of a generation.
  package var generation: Int { packed + cache + decoding }
  /// What stays, and the larger of the two, which take turns in the same memory.
  package var total: Int { weights + moments + reference + max(update, generation) }

  /// The plan of a stage.
  ///
  /// - Parameters:
  ///   - shape: Of the policy.
  ///   - trains: Whether gradients and moments are needed.
  ///   - rows: Rows of a training pass; 0 where there is none.
  ///   - slots: Completions decoded side by side; 0 where nothing is decoded.
  ///   - capacity: Tokens of a completion.
  ///   - promptRows: Rows of prompts in the cache.
  ///   - precision: Of the weights while decoding.
  ///   - cachePrecision: Of keys and values while decoding.
  ///   - products: Precision of the products in training.
  ///   - hasReference: Whether a frozen copy is kept.
  package init(
    _ shape: TransformerShape, trains: Bool, rows: Int, slots: Int, capacity: Int,
    promptRows: Int, precision: ProductPrecision = .float32,
    cachePrecision: CachePrecision = .float32, products: ProductPrecision = .float32,
    hasReference: Bool = false
  ) {
    let values = MemoryLayout<Float>.stride
    let count = ParameterTable(shape).count
    weights = count * values
    moments = trains ? 2 * count * values : 0
    reference = hasReference ? count * values : 0
    gradients = trains ? count * values : 0
    activations = trains ? Activations.bytes(shape, rows: rows) : 0
    passing =
      trains
      ? max(
        TokenHead.bytes(shape, targets: rows, as: products),
        Activations.backwardBytes(shape, rows: rows)) : 0
    packed = slots > 0 ? PackedWeights.bytes(shape, as: precision) : 0
    cache = KVCache.bytes(
      shape: shape, slots: slots, capacity: capacity, promptRows: promptRows,
      precision: cachePrecision)
    decoding = KVCache.stepBytes(shape: shape, slots: slots, promptRows: promptRows)
  }
}
