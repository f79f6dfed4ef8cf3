/// A published recipe, as settings.
///
/// The numbers are those of the paper or of the implementation named. What concerns sampling,
/// filtering and the optimiser is set elsewhere.
package enum ObjectivePreset: String, Codable, CaseIterable, Sendable {
  /// Policy gradient with the group's mean as baseline, over tokens; no ratio, so nothing clips.
  ///
  /// Unlike Williams 1992 the reward is centred, as nanochat does.
  case reinforce
  /// Leave-one-out baseline; one ratio per sequence, the product of its tokens' (Ahmadian 2024).
  ///
  /// Clip 0.2 from TRL's `RLOOConfig`. Unlike TRL, no KL is subtracted from the reward. After more
  /// than one update per round the product drifts fast in long sequences.
  case rloo
  /// Standardised advantages, each sequence the same weight, k3 to the reference with weight 0.04
  /// (Shao 2024, DeepSeekMath). Clip 0.2 from PPO.
  case grpo
  /// Centred advantages over a constant length, no KL (Liu 2025). Clip 0.2 from its code, oat.
  case drGrpo
  /// Standardised advantages, token mean, no KL, clip 0.2 below and 0.28 above (Yu 2025).
  ///
  /// Unlike verl, which trained it, there is no dual clip: the paper has none.
  case dapo
  /// The geometric mean ratio of a sequence, clip 0.0003 below and 0.0004 above (Zheng 2025).
  case gspo
  /// Token ratios as constant weights, at most 5 and not bounded below (MiniMax 2025).
  ///
  /// The paper does not give its bound; 5 is the one that TRL recommends, and Khatri 2025 (ScaleRL)
  /// finds no difference between 4 and 8.
  case cispo

  /// The settings that the name stands for.
  package var settings: ObjectiveSettings {
    var settings = ObjectiveSettings()
    settings.preset = self
    settings.clipLow = 0.2
    settings.clipHigh = 0.2
    settings.dualClip = nil
    switch self {
    case .reinforce:
      settings.ratio = .none
    case .rloo:
      settings.advantage = .leaveOneOut
      settings.ratio = .sequenceProduct
      settings.aggregation = .sequenceMean
    case .grpo:
      settings.advantage = .standardized
      settings.aggregation = .sequenceMean
      settings.klCoefficient = 0.04
    case .drGrpo:
      settings.aggregation = .constantLength
    case .dapo:
      settings.advantage = .standardized
      settings.clipHigh = 0.28
    case .gspo:
      settings.advantage = .standardized
      settings.ratio = .sequenceMean
      settings.clipLow = 3e-4
      settings.clipHigh = 4e-4
      settings.aggregation = .sequenceMean
    case .cispo:
      settings.advantage = .standardized
      settings.ratio = .constantToken
      settings.clipLow = 1
      settings.clipHigh = 4
    }
    return settings
  }
}
