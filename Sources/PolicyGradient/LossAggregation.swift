/// How the losses of all tokens of an optimiser step become one number.
///
/// Each rule is a weight per token that is the same within a sequence. Weights are computed once
/// per step over all its sequences, so that the result does not depend on how the step is cut into
/// micro-batches. A sequence without tokens has weight 0 and is not counted.
package enum LossAggregation: String, Codable, CaseIterable, Sendable {
  /// `1 / tokens of all sequences`: long sequences count more (DAPO).
  case tokenMean
  /// `1 / (tokens of the sequence * sequences)`: each sequence counts the same (GRPO).
  case sequenceMean
  /// `1 / (constant length * sequences)`: no bias towards long wrong answers (Dr. GRPO).
  case constantLength
  /// `1 / (tokens of the prompt's sequences * prompts)`: each prompt counts the same (ScaleRL).
  case promptMean
  /// `1 / sequences`: the gradient of the expected reward itself.
  case sequenceTokenSum
  /// `1`.
  case sum

  /// The weight of every token of each sequence.
  ///
  /// - Parameters:
  ///   - lengths: Scored tokens of each sequence.
  ///   - promptOf: Which prompt each sequence answers; any numbering.
  ///   - length: The constant of ``constantLength``, in tokens; unused by the others.
  /// - Returns: One weight per sequence.
  /// - Precondition: `promptOf` has an element per length, and `length` is positive where it is used.
  package func weights(lengths: [Int], promptOf: [Int], length: Int? = nil) -> [Double] {
    precondition(
      lengths.count == promptOf.count, "\(lengths.count) lengths, \(promptOf.count) prompts")
    precondition(lengths.allSatisfy { $0 >= 0 }, "negative lengths in \(lengths)")
    let sequences = Double(lengths.count { $0 > 0 })
    let tokens = Double(lengths.reduce(0, +))
    var tokensOfPrompt: [Int: Int] = [:]
    for (prompt, length) in zip(promptOf, lengths) where length > 0 {
      tokensOfPrompt[prompt, default: 0] += length
    }
    let prompts = Double(tokensOfPrompt.count)
    return zip(promptOf, lengths).map { prompt, tokensHere in
      guard tokensHere > 0 else { return 0 }
      switch self {
      case .tokenMean: return 1 / tokens
      case .sequenceMean: return 1 / (Double(tokensHere) * sequences)
      case .constantLength:
        guard let length, length > 0 else {
          preconditionFailure("aggregation 'constantLength' needs a length")
        }
        return 1 / (Double(length) * sequences)
      case .promptMean: return 1 / (prompts * Double(tokensOfPrompt[prompt] ?? tokensHere))
      case .sequenceTokenSum: return 1 / sequences
      case .sum: return 1
      }
    }
  }
}
