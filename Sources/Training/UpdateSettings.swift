package import PolicyGradient
package import Settings
package import Tensors

/// One policy-gradient update from rollouts that lie in a file.
package struct UpdateSettings: SettingsSection {
  package var objective = ObjectiveSettings()
  /// Its rate begins low, since one step of AdamW moves every weight by about the rate.
  package var optimizer = {
    var optimizer = OptimizerSettings()
    optimizer.learningRate = 1e-5
    return optimizer
  }()
  package var regularization = RegularizationSettings()
  /// Rows (tokens) of a pass, which bounds memory.
  package var rowBudget = 2048
  /// Of the products of the passes forward and backward; weights and their sums stay in float32.
  ///
  /// With `int8` a step is about twice as fast. Its gradient is that of the rounded policy,
  /// itself rounded to about one in a hundred.
  package var productPrecision = ProductPrecision.float32
  /// Decides which values dropout drops.
  package var seed: UInt64 = 1

  package init() {}

  /// How far log-probabilities of the policy's own rollouts may be from those that the update finds, in
  /// nats: rounded ones differ by tenths, and the rarest by more.
  package var largestOwnGap: Double { productPrecision == .float32 ? 0.1 : 3 }

  package func validate() throws(InvalidSetting) {
    guard rowBudget >= 1 else {
      throw InvalidSetting(key: "rowBudget", value: "\(rowBudget)", rule: "it must be at least 1")
    }
    try objective.check("productPrecision", productPrecision.rawValue)
  }
}
