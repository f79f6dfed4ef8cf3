import Foundation
import Runs

/// Series of points as an SVG: a panel for each thing that grows, both axes logarithmic.
struct ScalingPlot {
  private let points: [ScalingWorkload.Point]
  /// Of a panel, in pixels.
  private let width = 360.0
  private let height = 304.0
  /// Beside and below the plot in a panel, in pixels.
  private let margin = 48.0
  /// Above it, with room for a title and three names of series.
  private let top = 72.0
  private let colours = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd"]

  init(_ points: [ScalingWorkload.Point]) { self.points = points }

  /// The whole document.
  var svg: String {
    let axes = unique(points.map(\.axis))
    let panels = axes.enumerated().map { index, axis in
      let (x, y) = (Double(index % 2) * width, Double(index / 2) * height)
      return "<g transform=\"translate(\(number(x)) \(number(y)))\">\n\(panel(axis))\n</g>"
    }
    let (across, down) = (2 * width, Double((axes.count + 1) / 2) * height)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(number(across)) \(number(down))" \
      width="\(number(across))" font-family="sans-serif" font-size="11">
      <rect width="100%" height="100%" fill="white"/>
      \(panels.joined(separator: "\n"))
      </svg>

      """
  }

  // MARK: - A panel

  /// Where values lie on an axis of `length` pixels.
  private struct Scale {
    let low: Double
    let high: Double
    let length: Double

    init(_ values: [Double], length: Double) {
      (low, high, self.length) = (values.min() ?? 1, values.max() ?? 1, length)
    }

    func place(_ value: Double) -> Double {
      high > low ? log(value / low) / log(high / low) * length : length / 2
    }
  }

  private func panel(_ axis: String) -> String {
    let shown = points.filter { $0.axis == axis }
    let across = Scale(shown.map { Double($0.size) }, length: width - 2 * margin)
    let up = Scale(shown.map(\.microsecondsPerToken), length: height - top - margin)
    func place(_ point: ScalingWorkload.Point) -> (x: Double, y: Double) {
      (
        margin + across.place(Double(point.size)),
        height - margin - up.place(point.microsecondsPerToken)
      )
    }
    var parts = [
      text("µs a token, by \(axis)", x: width / 2, y: 18, anchor: "middle"),
      """
      <rect x="\(number(margin))" y="\(number(top))" width="\(number(across.length))" \
      height="\(number(up.length))" fill="none" stroke="#bbb"/>
      """,
      text(label(up.high), x: margin - 4, y: top + 4, anchor: "end"),
      text(label(up.low), x: margin - 4, y: height - margin, anchor: "end"),
    ]
    for size in unique(shown.map(\.size)) {
      parts.append(
        text(
          "\(size)", x: margin + across.place(Double(size)), y: height - margin + 14,
          anchor: "middle"))
    }
    for (index, series) in unique(shown.map(\.series)).enumerated() {
      let colour = colours[index % colours.count]
      let places = shown.filter { $0.series == series }.map(place)
      let line = places.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
      parts.append(
        "<polyline points=\"\(line)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"1.5\"/>")
      parts += places.map {
        "<circle cx=\"\(number($0.x))\" cy=\"\(number($0.y))\" r=\"2.5\" fill=\"\(colour)\"/>"
      }
      parts.append(
        text(
          series, x: margin, y: 34 + 13 * Double(index), anchor: "start",
          colour: colour))
    }
    return parts.joined(separator: "\n")
  }

  private func text(
    _ text: String, x: Double, y: Double, anchor: String, colour: String = "#333"
  ) -> String {
    """
    <text x="\(number(x))" y="\(number(y))" text-anchor="\(anchor)" fill="\(colour)">\(text)</text>
    """
  }

  private func label(_ value: Double) -> String {
    value < 1000 || value >= 1e15
      ? String(format: "%.3g", value) : TextTable.grouped(Int(value.rounded()))
  }
  private func number(_ value: Double) -> String { String(format: "%.1f", value) }

  private func unique<Value: Hashable>(_ values: [Value]) -> [Value] {
    var seen: Set<Value> = []
    return values.filter { seen.insert($0).inserted }
  }
}
