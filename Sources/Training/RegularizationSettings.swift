package import Settings

/// How much the body of the transformer is regularised; its final part never is.
package struct RegularizationSettings: SettingsSection {
  /// The last blocks that belong to the final part, with the final norm and the head.
  package var finalBlocks = 1
  /// Decay of the body's matrices, times the learning rate, each step.
  package var weightDecay = 0.0
  /// How the decay changes over a stage.
  package var weightDecayShape = WeightDecayShape.constant
  /// Share of values that the body's blocks drop.
  package var dropout = 0.0
  /// Share of the stage's steps by which dropout has fallen to 0 in a line; `null` keeps it.
  package var dropoutEnd: Double?

  /// The course of the weight decay.
  package enum WeightDecayShape: String, Codable, CaseIterable, Sendable {
    /// The same at each step.
    case constant
    /// Times the learning rate's factor of the step.
    case schedule
  }

  package init() {}

  package func validate() throws(InvalidSetting) {
    func require(_ holds: Bool, _ key: String, _ value: String, _ rule: String)
      throws(InvalidSetting)
    {
      if !holds { throw InvalidSetting(key: key, value: value, rule: rule) }
    }
    try require(finalBlocks >= 0, "finalBlocks", "\(finalBlocks)", "it must be 0 or more")
    try require(
      weightDecay >= 0 && weightDecay <= 10, "weightDecay", "\(weightDecay)",
      "it must be within 0...10")
    try require(dropout >= 0 && dropout < 1, "dropout", "\(dropout)", "it must be within 0..<1")
    if let dropoutEnd {
      try require(
        dropoutEnd > 0 && dropoutEnd <= 1, "dropoutEnd", "\(dropoutEnd)",
        "it is a share of the steps, above 0 and at most 1")
    }
  }

  /// The dropout of the body at a step of a stage.
  package func dropout(at step: Int, of steps: Int) -> Double {
    guard let dropoutEnd else { return dropout }
    return dropout * max(0, 1 - Double(step) / (dropoutEnd * Double(max(steps, 1))))
  }

  /// The weight decay of the body, given the learning rate's factor.
  package func weightDecay(rateFactor: Double) -> Double {
    switch weightDecayShape {
    case .constant: weightDecay
    case .schedule: weightDecay * rateFactor
    }
  }
}
