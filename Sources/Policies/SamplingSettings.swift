package import Settings
package import Tensors

/// How completions are sampled.
package struct SamplingSettings: SettingsSection {
  /// Softmax temperature; 0 picks the likeliest token.
  package var temperature: Double = 1
  /// Tokens of a completion, the end included.
  package var maxCompletionTokens = 64
  /// Texts that end a completion.
  package var stopTexts: [String] = []
  /// Keep only so many of the likeliest tokens; 0 keeps all.
  ///
  /// Not for training.
  package var topK = 0
  /// Keep the likeliest tokens that together have this probability; 1 keeps all.
  ///
  /// Not for training.
  package var topP: Double = 1
  /// Completions that are decoded side by side.
  package var maxRows = 64
  /// In what precision the weights are kept while sampling.
  ///
  /// With `int8` a completion's log-probabilities are those of the rounded policy that wrote it.
  package var weightPrecision = ProductPrecision.float32
  /// In what precision keys and values are kept while sampling.
  package var cachePrecision = CachePrecision.float32

  package init() {}

  package func validate() throws(InvalidSetting) {
    try require(
      temperature == 0 || (1e-3...1e3).contains(temperature), "temperature", "\(temperature)",
      "it must be 0 (greedy) or within 0.001...1000")
    try require(
      maxCompletionTokens >= 1, "maxCompletionTokens", "\(maxCompletionTokens)",
      "a completion has at least 1 token")
    try require(topK >= 0, "topK", "\(topK)", "it must be 0 (all tokens) or more")
    try require(topP > 0 && topP <= 1, "topP", "\(topP)", "it must be above 0 and at most 1")
    try require(
      (1...4096).contains(maxRows), "maxRows", "\(maxRows)", "it must be within 1...4096")
    try require(
      stopTexts.allSatisfy { !$0.isEmpty }, "stopTexts", "\(stopTexts)", "no text may be empty")
  }

  /// Whether the policy that samples is the one that learns, bit for bit.
  package var isExact: Bool { weightPrecision == .float32 && cachePrecision == .float32 }

  /// Whether every token can be drawn.
  package var isFullSupport: Bool { topK == 0 && topP == 1 }

  private func require(
    _ holds: Bool, _ key: String, _ value: String, _ rule: String
  ) throws(InvalidSetting) {
    if !holds { throw InvalidSetting(key: key, value: value, rule: rule) }
  }
}
