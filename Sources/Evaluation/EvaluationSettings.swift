package import Policies
package import Settings

/// What is asked of a policy to see how good it is.
package struct EvaluationSettings: SettingsSection {
  /// Name of the evaluation in the report.
  package var name = "evaluation"
  /// Completions per problem for the sampled figures; 0 for greedy decoding alone.
  package var samples = 8
  /// Softmax temperature of the samples.
  package var temperature = 1.0
  /// Tokens of a completion, the end included.
  package var maxCompletionTokens = 64
  /// Texts that end a completion.
  package var stopTexts: [String] = []
  /// Keep only the likeliest tokens; 0 keeps all.
  package var topK = 0
  /// Keep the likeliest tokens of this probability; 1 keeps all.
  package var topP = 1.0
  /// Problems; `null` for all.
  package var limit: Int?
  /// Completions that are decoded side by side.
  package var maxRows = 256
  /// Seed of the samples: the same before and after, so that both answer under equal conditions.
  package var seed: UInt64 = 1

  package init() {}

  package func validate() throws(InvalidSetting) {
    guard (0...4096).contains(samples) else {
      throw InvalidSetting(key: "samples", value: "\(samples)", rule: "it must be within 0...4096")
    }
    guard temperature > 0 else {
      throw InvalidSetting(
        key: "temperature", value: "\(temperature)",
        rule: "samples need a temperature above 0; greedy decoding is measured anyway")
    }
    if let limit, limit < 1 {
      throw InvalidSetting(key: "limit", value: "\(limit)", rule: "it must be at least 1")
    }
    guard !name.isEmpty else {
      throw InvalidSetting(key: "name", value: "''", rule: "a report needs a name to stand under")
    }
    try sampling(temperature: temperature).validate()
  }

  /// The settings of the generator at a temperature.
  package func sampling(temperature: Double) -> SamplingSettings {
    var sampling = SamplingSettings()
    sampling.temperature = temperature
    sampling.maxCompletionTokens = maxCompletionTokens
    sampling.stopTexts = stopTexts
    sampling.maxRows = maxRows
    if temperature > 0 { (sampling.topK, sampling.topP) = (topK, topP) }
    return sampling
  }
}
