import Policies

/// One completion to learn from.
package struct TrainingSequence: Sendable {
  /// Completion tokens, the end included.
  package var tokens: [Int32]
  /// Log-probability of each token when it was sampled, nats; empty for supervised steps.
  package var oldLogProbs: [Float]
  /// Under the reference policy, where a KL term needs it.
  package var referenceLogProbs: [Float]?
  /// How much better than its group.
  package var advantage: Double

  package init(
    tokens: [Int32], oldLogProbs: [Float] = [], referenceLogProbs: [Float]? = nil,
    advantage: Double = 1
  ) {
    (self.tokens, self.oldLogProbs) = (tokens, oldLogProbs)
    (self.referenceLogProbs, self.advantage) = (referenceLogProbs, advantage)
  }
}

/// A prompt and the completions of it that one step learns from.
package struct TrainingGroup: Sendable {
  package var prompt: [Int32]
  package var sequences: [TrainingSequence]

  package init(prompt: [Int32], sequences: [TrainingSequence]) {
    (self.prompt, self.sequences) = (prompt, sequences)
  }

  var tokens: TokenGroup { TokenGroup(prompt: prompt, completions: sequences.map(\.tokens)) }
}
