/// The numbers that define a transformer of the Llama family.
///
/// Llama, Qwen2 (`attentionBias`) and Qwen3 (`queryKeyNorm`) are one architecture with switches.
package struct TransformerShape: Codable, Equatable, Sendable {
  /// Token ids are `0..<vocabularySize`.
  package var vocabularySize: Int
  /// Width of the residual stream.
  package var width: Int
  /// Number of blocks (attention and feed-forward).
  package var blocks: Int
  /// Query heads.
  package var heads: Int
  /// Key and value heads; divides `heads`.
  package var kvHeads: Int
  /// Width of one head; even, and apart from `width / heads` in Qwen3.
  package var headWidth: Int
  /// Width of the gated feed-forward layer.
  package var feedForwardWidth: Int
  /// Added to the mean square in each norm.
  package var normEpsilon: Float
  /// Angles of the rotary positions, half-split order.
  package var rotary: Rotary
  /// Whether the head is the token embedding.
  package var tiedHead: Bool
  /// Whether queries, keys and values have biases (Qwen2).
  package var attentionBias: Bool
  /// Whether queries and keys are normalised per head (Qwen3).
  package var queryKeyNorm: Bool
  /// The longest sequence that the positions were made for.
  package var maxPositions: Int

  package init(
    vocabularySize: Int, width: Int, blocks: Int, heads: Int, kvHeads: Int, headWidth: Int,
    feedForwardWidth: Int, normEpsilon: Float = 1e-5, rotary: Rotary = Rotary(),
    tiedHead: Bool = true, attentionBias: Bool = false, queryKeyNorm: Bool = false,
    maxPositions: Int = 2048
  ) {
    self.vocabularySize = vocabularySize
    self.width = width
    self.blocks = blocks
    self.heads = heads
    self.kvHeads = kvHeads
    self.headWidth = headWidth
    self.feedForwardWidth = feedForwardWidth
    self.normEpsilon = normEpsilon
    self.rotary = rotary
    self.tiedHead = tiedHead
    self.attentionBias = attentionBias
    self.queryKeyNorm = queryKeyNorm
    self.maxPositions = maxPositions
  }

  /// Columns of all query heads.
  package var queryWidth: Int { heads * headWidth }
  /// Columns of all key heads, and of all value heads.
  package var kvWidth: Int { kvHeads * headWidth }
}

/// The angles of rotary positions: pair `i` of a head turns by `position * frequency(i)`.
///
/// - SeeAlso: Su 2021 (RoFormer), section 3.2.2.
package struct Rotary: Codable, Equatable, Sendable {
  /// Base of the geometric series of frequencies.
  package var base: Double
  /// How frequencies are stretched for long contexts.
  package var scaling: Scaling

  /// A stretch of the frequencies, named as in Hugging Face's `rope_type`.
  package enum Scaling: Codable, Equatable, Sendable {
    case none
    case linear(factor: Double)
    case llama3(
      factor: Double, lowFrequency: Double, highFrequency: Double, originalPositions: Int)
  }

  package init(base: Double = 10000, scaling: Scaling = .none) {
    self.base = base
    self.scaling = scaling
  }
}
