package import Settings

/// AdamW, its rate over the steps of a stage, and the bound on a gradient.
package struct OptimizerSettings: SettingsSection {
  /// The highest learning rate.
  package var learningRate = 1e-3
  /// Decay of the mean of gradients.
  package var beta1 = 0.9
  /// Decay of the mean of squared gradients.
  package var beta2 = 0.95
  /// Added to the root of the mean square.
  package var epsilon = 1e-8
  /// Largest norm of a gradient over all parameters; a larger one is scaled down.
  package var gradientClip = 1.0
  /// How the rate rises and falls.
  package var schedule = ScheduleSettings()

  package init() {}

  package func validate() throws(InvalidSetting) {
    func require(_ holds: Bool, _ key: String, _ value: Double, _ rule: String)
      throws(InvalidSetting)
    {
      if !holds { throw InvalidSetting(key: key, value: "\(value)", rule: rule) }
    }
    try require(
      learningRate > 0 && learningRate <= 1, "learningRate", learningRate,
      "it must be above 0 and at most 1")
    for (key, beta) in [("beta1", beta1), ("beta2", beta2)] {
      try require(beta >= 0 && beta < 1, key, beta, "it must be at least 0 and below 1")
    }
    try require(epsilon > 0 && epsilon < 1, "epsilon", epsilon, "it must be within 0...1, not 0")
    try require(gradientClip > 0, "gradientClip", gradientClip, "it must be above 0")
  }
}
