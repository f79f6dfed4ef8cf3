package import Policies
package import Settings
package import Tensors

/// How many completions are sampled for each problem, and how freely.
package struct RolloutSettings: SettingsSection {
  /// Problems of a round.
  package var problemsPerRound = 32
  /// Completions per problem, the `G` of GRPO.
  package var groupSize = 8
  /// Softmax temperature of sampling and of scoring.
  package var temperature = 1.0
  /// Tokens of a completion, the end included.
  package var maxCompletionTokens = 64
  /// Texts that end a completion.
  package var stopTexts: [String] = []
  /// Must be 0: training samples from all tokens.
  package var topK = 0
  /// Must be 1: training samples from all tokens.
  package var topP = 1.0
  /// Completions that are decoded side by side.
  package var maxRows = 256
  /// In what precision the weights are kept while sampling; the update has its own.
  ///
  /// With `int8` sampling is several times faster, and the importance ratio of the objective corrects
  /// for the rounding, so it must have one.
  package var weightPrecision = ProductPrecision.float32
  /// In what precision keys and values are kept while sampling.
  ///
  /// With `float16` they take half the memory, and long completions are sampled faster; the ratio of
  /// the objective corrects for it, as for `weightPrecision`.
  package var cachePrecision = CachePrecision.float32
  /// Largest share of rollouts that no verifier could score before the run stops.
  package var maxUnscoredShare = 0.2
  /// Processes for each verifier.
  package var verifierWorkers = 2

  package init() {}

  package func validate() throws(InvalidSetting) {
    func require(_ holds: Bool, _ key: String, _ value: String, _ rule: String)
      throws(InvalidSetting)
    {
      if !holds { throw InvalidSetting(key: key, value: value, rule: rule) }
    }
    try require(
      problemsPerRound >= 1, "problemsPerRound", "\(problemsPerRound)", "a round needs a problem")
    try require(
      groupSize >= 2, "groupSize", "\(groupSize)", "an advantage compares at least 2 completions")
    try require(
      temperature > 0 && temperature.isFinite, "temperature", "\(temperature)",
      "learning needs samples that differ, so it must be above 0")
    let truncated =
      "a policy gradient needs samples from all tokens (a cut distribution drifts towards what it "
      + "already prefers), so it must be"
    try require(topK == 0, "topK", "\(topK)", "\(truncated) 0")
    try require(topP == 1, "topP", "\(topP)", "\(truncated) 1")
    try require(
      (0...1).contains(maxUnscoredShare), "maxUnscoredShare", "\(maxUnscoredShare)",
      "it is a share, within 0...1")
    try require(
      (1...64).contains(verifierWorkers), "verifierWorkers", "\(verifierWorkers)",
      "it must be within 1...64")
    try sampling.validate()
  }

  /// The settings of the generator.
  package var sampling: SamplingSettings {
    var sampling = SamplingSettings()
    sampling.temperature = temperature
    sampling.maxCompletionTokens = maxCompletionTokens
    sampling.stopTexts = stopTexts
    sampling.maxRows = maxRows
    sampling.weightPrecision = weightPrecision
    sampling.cachePrecision = cachePrecision
    return sampling
  }
}
