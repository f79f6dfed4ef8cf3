import Randomness
import Tensors
import Tokenizers
package import Transformers

#if canImport(Glibc)
  import Glibc
#endif

/// Small policies that come with the house: a shape, and random weights to begin with.
package enum EmbeddedPolicy: String, CaseIterable, Sendable {
  /// 0.8 M parameters over characters: learns a task in minutes on two cores.
  case tiny
  /// 2.7 M parameters over characters.
  case small

  package var shape: TransformerShape {
    let vocabulary = CharacterTokenizer.standard.vocabularySize
    switch self {
    case .tiny:
      return TransformerShape(
        vocabularySize: vocabulary, width: 128, blocks: 4, heads: 4, kvHeads: 4, headWidth: 32,
        feedForwardWidth: 341, maxPositions: 256)
    case .small:
      return TransformerShape(
        vocabularySize: vocabulary, width: 192, blocks: 6, heads: 6, kvHeads: 6, headWidth: 32,
        feedForwardWidth: 512, maxPositions: 512)
    }
  }

  /// The policy with weights drawn from `seed`.
  package func policy(seed: UInt64, system: String? = nil) throws(PolicyError) -> Policy {
    try Policy(
      parameters: Parameters(shape, seed: seed), tokenizer: CharacterTokenizer.standard,
      template: .plain, system: system)
  }
}

extension Parameters {
  /// Random weights: normal with deviation `1 / sqrt(in)`, in the matrices that add to the residual
  /// stream divided by `sqrt(2 * blocks)`, embeddings and head 0.02; gains 1, biases 0.
  ///
  /// - SeeAlso: Radford 2019 (GPT-2), section 2.3, for the division.
  package init(_ shape: TransformerShape, seed: UInt64) {
    self.init(shape)
    for (index, entry) in table.entries.enumerated() {
      guard entry.shape.count == 2 else {
        let value: Float = entry.name.hasSuffix(".bias") ? 0 : 1
        for position in entry.range { values[position] = value }
        continue
      }
      var deviation = 1 / Double(entry.shape[1]).squareRoot()
      switch entry.place {
      case .embedding, .head: deviation = 0.02
      case .block, .finalNorm:
        if entry.name.hasSuffix("o_proj.weight") || entry.name.hasSuffix("down_proj.weight") {
          deviation /= Double(2 * shape.blocks).squareRoot()
        }
      }
      var generator = CounterGenerator(keys: seed, 0x77_65_69_67, UInt64(index))
      for position in entry.range {
        values[position] = Float(deviation * generator.normal())
      }
    }
  }
}

extension CounterGenerator {
  /// A number from the standard normal distribution.
  ///
  /// - SeeAlso: Box and Muller 1958.
  fileprivate mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * Double.pi * uniform())
  }
}
