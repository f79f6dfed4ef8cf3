package import Policies
package import Tokenizers
import Tensors
package import Transformers
import TestSupport

/// A policy of some 4,000 random weights over 13 characters, which is not sure of anything.
package enum SmallPolicy {
  package static func tokenizer() throws -> CharacterTokenizer {
    try CharacterTokenizer(characters: "0123456789+=,")
  }

  /// The token that ends a completion.
  package static let end: Int32 = 13

  package static func shape(tiedHead: Bool = false, blocks: Int = 2) -> TransformerShape {
    TransformerShape(
      vocabularySize: 14, width: 16, blocks: blocks, heads: 2, kvHeads: 1, headWidth: 8,
      feedForwardWidth: 20, tiedHead: tiedHead, maxPositions: 96)
  }

  /// The policy of a seed; with a `sharpness` of 1 its tokens have an entropy near 2 nats.
  package static func make(
    seed: UInt64 = 1, sharpness: Float = 1, tiedHead: Bool = false, blocks: Int = 2
  ) throws -> Policy {
    let parameters = Parameters(shape(tiedHead: tiedHead, blocks: blocks))
    var numbers = TestNumbers(seed: seed)
    for entry in parameters.table.entries {
      let isGain = entry.shape.count == 1
      let isHead = entry.place == .head || tiedHead && entry.place == .embedding
      let scale = isHead ? 0.6 * sharpness : entry.place == .embedding ? 0.8 : 0.4
      for position in entry.range {
        parameters.values[position] = isGain ? 1 + numbers.float(0.2) : numbers.float(scale)
      }
    }
    return try Policy(parameters: parameters, tokenizer: tokenizer(), template: .plain)
  }
}
