/// A row of bars, one character each, for numbers in their order.
package enum Sparkline {
  private static let bars = Array("▁▂▃▄▅▆▇█")

  /// Draws `values` with at most `width` characters; several values may share a bar, by their mean.
  ///
  /// The bars span `0...1`, or as much more as the values need. Numbers that are not finite are
  /// left out.
  package static func text(_ values: [Double], width: Int) -> String {
    let values = values.filter(\.isFinite)
    guard !values.isEmpty, width > 0 else { return "" }
    let count = min(width, values.count)
    let means = (0..<count).map { bar in
      let part = values[bar * values.count / count..<(bar + 1) * values.count / count]
      return part.reduce(0) { $0 + $1 / Double(part.count) }
    }
    let (low, high) = (min(0, means.min() ?? 0), max(1, means.max() ?? 1))
    return String(
      means.map { mean in
        // Halved, so that the widest range of finite numbers is finite.
        let share = (mean / 2 - low / 2) / (high / 2 - low / 2)
        return bars[min(bars.count - 1, Int(share * Double(bars.count)))]
      })
  }
}
