import Policies
package import PolicyGradient
package import Rollouts
package import Settings
package import Tensors
package import Training

/// A stage of rounds: sample, judge, update.
package struct ReinforceSettings: SettingsSection {
  /// The `select` stage whose problems are learnt on; `null` for those of the training set.
  package var from: String?
  /// Rounds of the stage.
  package var rounds = 100
  /// Optimiser steps of a round: its groups are split into so many parts.
  package var updatesPerRound = 1
  /// Whether groups whose rollouts all scored the same are left out before tokens are weighted.
  package var dropUniformGroups = true
  package var rollout = RolloutSettings()
  package var objective = ObjectiveSettings()
  package var optimizer = OptimizerSettings()
  package var regularization = RegularizationSettings()
  /// Rows (tokens) of a pass, which bounds memory.
  package var rowBudget = 2048
  /// Of the products of the passes forward and backward; weights and their sums stay in float32.
  ///
  /// With `int8` a step is about twice as fast. Its gradient is that of the rounded policy,
  /// itself rounded to about one in a hundred.
  package var productPrecision = ProductPrecision.float32
  /// Rounds between checkpoints; 0 for one at the end alone.
  package var checkpointEvery = 25
  /// Rounds between greedy looks at held-out problems; 0 for none.
  package var monitorEvery = 10
  /// Held-out problems of such a look.
  package var monitorProblems = 100
  /// Problems of each round whose rollouts are recorded with their text.
  package var recordedProblems = 4
  /// Share of a round's groups whose log-probabilities are computed again, to see that sampler and
  /// trainer agree.
  ///
  /// The first step of a round compares all its tokens, at no cost. Groups are passed once more only
  /// while it has dropout, or fewer groups than this share. With 0 nobody looks.
  package var auditShare = 0.05

  package init() {}

  /// Whether the policy that samples is the one that learns, bit for bit.
  package var isExact: Bool { rollout.sampling.isExact && productPrecision == .float32 }

  /// How far log-probabilities of sampled tokens may be from those that the trainer finds, in nats.
  ///
  /// A rounded policy is another one, which the ratio corrects for as long as it is near; of many
  /// tokens the rarest may differ by several nats.
  package var largestGap: Double { isExact ? 0.01 : 10 }

  package func validate() throws(InvalidSetting) {
    try requirePositive(rounds, "rounds")
    try requirePositive(updatesPerRound, "updatesPerRound")
    try requirePositive(rowBudget, "rowBudget")
    try requirePositive(monitorProblems, "monitorProblems")
    for (key, value) in [
      ("checkpointEvery", checkpointEvery), ("monitorEvery", monitorEvery),
      ("recordedProblems", recordedProblems),
    ] where value < 0 {
      throw InvalidSetting(key: key, value: "\(value)", rule: "it must be 0 or more")
    }
    guard (0...1).contains(auditShare) else {
      throw InvalidSetting(
        key: "auditShare", value: "\(auditShare)", rule: "it is a share, within 0...1")
    }
    do throws(InvalidObjective) {
      try objective.check(
        groupSize: rollout.groupSize, hasReference: true,
        maximumLength: rollout.maxCompletionTokens)
    } catch {
      throw InvalidSetting(
        key: "objective.\(error.key)", value: error.value, rule: error.rule)
    }
    try objective.check("rollout.weightPrecision", rollout.weightPrecision.rawValue)
    try objective.check("rollout.cachePrecision", rollout.cachePrecision.rawValue)
    try objective.check("productPrecision", productPrecision.rawValue)
    guard updatesPerRound <= rollout.problemsPerRound else {
      throw InvalidSetting(
        key: "updatesPerRound", value: "\(updatesPerRound)",
        rule: "a round of \(rollout.problemsPerRound) problems can be split into at most as many")
    }
  }
}
