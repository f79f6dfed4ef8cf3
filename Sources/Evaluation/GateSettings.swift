package import Settings

/// When a challenger takes a champion's place.
package struct GateSettings: SettingsSection {
  /// What is compared on the held-out problems.
  package enum Metric: String, Codable, CaseIterable, Sendable {
    /// Whether greedy decoding answers a problem.
    case greedy
    /// The share of a problem's samples that answer it.
    case sampled
  }

  package var metric = Metric.greedy
  /// The lower bound of the paired difference, challenger minus champion, must be above this.
  package var margin = 0.0
  /// Problems that both must have answered with a score, at least: below some thirty an interval by
  /// Student's t says little of shares.
  package var minimumProblems = 30
  /// By how large a share of the champion's length answers may grow before a growth that is
  /// significant counts as worse.
  package var lengthTolerance = 0.0
  /// Where there is no champion yet: the lower bound of the challenger's accuracy must be above this.
  package var floor = 0.0
  /// Where there is no champion yet: the largest share of answers that no verifier could score.
  package var maxUnscoredShare = 0.05
  /// Whether a second verifier must have judged, too.
  package var needsSecond = true

  package init() {}

  package func validate() throws(InvalidSetting) {
    for (key, value, range) in [
      ("margin", margin, 0...1), ("floor", floor, 0...1),
      ("maxUnscoredShare", maxUnscoredShare, 0...1), ("lengthTolerance", lengthTolerance, 0...100),
    ] as [(String, Double, ClosedRange<Double>)] where !range.contains(value) {
      throw InvalidSetting(
        key: key, value: "\(value)",
        rule: "it must be within \(Int(range.lowerBound))...\(Int(range.upperBound))")
    }
    guard minimumProblems >= 2 else {
      throw InvalidSetting(
        key: "minimumProblems", value: "\(minimumProblems)", rule: "an interval needs at least 2")
    }
  }
}
