import Foundation
import Measurements
import Testing

@testable import hone_benchmarks

@Suite struct ScalingPlotTests {
  private func point(_ size: Int, _ rate: Double, flops: Double = 1) -> ScalingWorkload.Point {
    ScalingWorkload.Point(
      axis: "batch", series: "decode", size: size, tokensPerSecond: Distribution([rate]),
      megaflopsPerToken: flops, megabytesPerToken: 0)
  }

  @Test func `an operation that takes twice as long has grown by 2`() {
    let points = [point(1, 100), point(2, 50), point(4, 50, flops: 2)]
    #expect(points.map { $0.growth(in: points) } == [1, 2, 1])
  }

  @Test func `a plot is XML with a mark for each point`() throws {
    let svg = ScalingPlot([point(1, 100), point(2, 60), point(4, 80)]).svg
    let document = try XMLCheck.elements(of: svg)
    #expect(document["circle"] == 3)
    #expect(document["polyline"] == 1)
  }

  @Test func `names of series stand above the plot, and large numbers in full`() throws {
    let svg = ScalingPlot([point(1, 6), point(2, 60)]).svg
    #expect(svg.contains(">166,667<"))
    let plot = try #require(svg.firstMatch(of: /<rect x="[0-9.]+" y="([0-9.]+)"/))
    let name = try #require(svg.firstMatch(of: /y="([0-9.]+)"[^>]*>decode</))
    #expect(try #require(Double(name.1)) < #require(Double(plot.1)))
  }

  @Test func `one point lies in the middle`() throws {
    #expect(try XMLCheck.elements(of: ScalingPlot([point(1, 100)]).svg)["circle"] == 1)
    #expect(!ScalingPlot([point(1, 100)]).svg.contains("nan"))
  }
}

/// Counts elements, each of which must be closed in order.
private enum XMLCheck {
  struct Malformed: Error { let tag: String }

  static func elements(of text: String) throws -> [String: Int] {
    var (open, counts): ([String], [String: Int]) = ([], [:])
    for match in text.matches(of: /<(\/?)(\w+)([^>]*?)(\/?)>/) {
      let name = String(match.2)
      if !match.1.isEmpty {
        guard open.popLast() == name else { throw Malformed(tag: name) }
        continue
      }
      counts[name, default: 0] += 1
      if match.4.isEmpty { open.append(name) }
    }
    if let tag = open.last { throw Malformed(tag: tag) }
    return counts
  }
}
