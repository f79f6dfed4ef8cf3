/// Why sampling a completion stopped.
package enum StopReason: String, Codable, Sendable {
  /// The policy said that it is done.
  case endOfSequence
  /// A text that was asked to end completions appeared.
  case stopText
  /// The limit of tokens was reached, and the completion is cut off.
  case lengthLimit
}

/// What a policy wrote, token by token.
package struct Completion: Equatable, Sendable {
  /// Sampled ids, with the one that ended the sequence.
  package let tokens: [Int32]
  /// Log-probability of each token at the sampling temperature (1 where that is 0), nats.
  package let logProbs: [Float]
  package let stopReason: StopReason
  /// The text, without what ended it.
  package let text: String
  /// Mean entropy of the distributions that the tokens were drawn from, nats.
  package let meanEntropy: Float

  package init(
    tokens: [Int32], logProbs: [Float], stopReason: StopReason, text: String, meanEntropy: Float
  ) {
    (self.tokens, self.logProbs, self.stopReason) = (tokens, logProbs, stopReason)
    (self.text, self.meanEntropy) = (text, meanEntropy)
  }
}
