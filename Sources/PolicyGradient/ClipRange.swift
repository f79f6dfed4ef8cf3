/// The importance ratios that an update may use in full: `1 - low ... 1 + high`.
package struct ClipRange: Codable, Equatable, Sendable {
  /// How far the ratio may fall below 1, in `0...1`.
  package var low: Double
  /// How far the ratio may rise above 1.
  package var high: Double

  /// A range around 1.
  package init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }

  /// The least ratio.
  package var lowerBound: Double { 1 - low }
  /// The greatest ratio.
  package var upperBound: Double { 1 + high }
}
