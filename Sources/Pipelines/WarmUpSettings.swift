package import Settings
package import Tensors
package import Training

/// A supervised stage, on demonstrations.
package struct WarmUpSettings: SettingsSection {
  /// The `select` stage whose completions are imitated; `null` for the training set's
  /// demonstrations.
  package var from: String?
  /// Optimiser steps.
  package var steps = 120
  /// Demonstrations of a step.
  package var batchSize = 64
  /// Use only so many demonstrations, the first ones; `null` for all.
  package var demonstrations: Int?
  package var optimizer = OptimizerSettings()
  package var regularization = RegularizationSettings()
  /// Rows (tokens) of a pass, which bounds memory.
  package var rowBudget = 2048
  /// Of the products of the passes forward and backward; weights and their sums stay in float32.
  ///
  /// With `int8` a step is about twice as fast. Its gradient is that of the rounded policy,
  /// itself rounded to about one in a hundred.
  package var productPrecision = ProductPrecision.float32
  /// Steps between checkpoints; 0 for one at the end alone.
  package var checkpointEvery = 0

  package init() {}

  package func validate() throws(InvalidSetting) {
    try requirePositive(steps, "steps")
    try requirePositive(batchSize, "batchSize")
    try requirePositive(rowBudget, "rowBudget")
    if let demonstrations { try requirePositive(demonstrations, "demonstrations") }
    if checkpointEvery < 0 { try requirePositive(checkpointEvery, "checkpointEvery") }
  }
}

func requirePositive(_ value: Int, _ key: String) throws(InvalidSetting) {
  guard value >= 1 else {
    throw InvalidSetting(key: key, value: "\(value)", rule: "it must be at least 1")
  }
}
