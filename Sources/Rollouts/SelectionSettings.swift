package import Settings

/// What is worth keeping of repeated samples.
package enum SelectionRule: String, Codable, CaseIterable, Sendable {
  /// The completions that the first verifier passed.
  case right
  /// The completions that give the answer which most samples of their problem give, for problems
  /// without a reference.
  case majority
  /// The completions of the highest reward.
  case best
  /// The problems whose pass rate lies within bounds; no completion is chosen.
  case middling
}

/// Which of a set's judged samples are kept to learn from.
package struct SelectionSettings: SettingsSection {
  /// The stage whose rollouts are selected from.
  package var from = "rollout"
  package var keep = SelectionRule.right
  /// Completions of a problem that are kept at most; `null` for 1 with `keep: best`, and else for
  /// all.
  package var perProblem: Int?
  /// `majority`: share of all samples of the problem that must give the answer, those that give none
  /// included.
  package var minShare = 0.5
  /// `best`: a problem whose highest reward is not above this is left out.
  package var aboveReward = 0.0
  /// `middling`: bounds of the share of scored samples that passed.
  package var minPassRate = 0.1
  package var maxPassRate = 0.9
  /// Whether completions that were cut off at the limit of their tokens are kept, too, and so taught
  /// as if they ended there.
  package var keepCutOff = false

  package init() {}

  package func validate() throws(InvalidSetting) {
    if let perProblem, perProblem < 1 {
      throw InvalidSetting(key: "perProblem", value: "\(perProblem)", rule: "it must be at least 1")
    }
    for (key, value) in [
      ("minShare", minShare), ("minPassRate", minPassRate), ("maxPassRate", maxPassRate),
    ] where !(0...1).contains(value) {
      throw InvalidSetting(key: key, value: "\(value)", rule: "it is a share, within 0...1")
    }
    guard minPassRate <= maxPassRate else {
      throw InvalidSetting(
        key: "minPassRate", value: "\(minPassRate)",
        rule: "it must not be above 'maxPassRate', which is \(maxPassRate)")
    }
    guard aboveReward.isFinite else {
      throw InvalidSetting(
        key: "aboveReward", value: "\(aboveReward)", rule: "it must be a finite number")
    }
  }
}
