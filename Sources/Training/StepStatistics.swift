package import PolicyGradient

/// What one optimiser step did.
package struct StepStatistics: Sendable {
  /// Sums over all scored tokens.
  package var diagnostics = SequenceDiagnostics()
  /// Norm of the gradient over all parameters, before it was clipped.
  package var gradientNorm = 0.0
  /// The learning rate of the step.
  package var learningRate = 0.0
  /// Whether the gradient was not finite, so that nothing was changed.
  package var wasSkipped = false
  /// Whether the completions were sampled by another policy than the step allows, so that nothing was
  /// changed.
  package var wasRefused = false
  /// Rows that passed through the transformer, prompts included.
  package var rows = 0

  package init() {}
}
