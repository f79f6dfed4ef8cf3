import ArgumentParser
import Foundation
import Measurements
import Runs

/// The cost of a token as sizes grow, as a table and as a plot.
struct ScalingCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scaling",
    abstract: "Shows what a token costs as batch, length, width and cores grow.",
    discussion: """
      MFLOP and MB are what a token needs, by formula. 'growth' is the time of an
      operation against the first point of the series: above 1, the cost grows
      faster than the work, unless what a token reads grows, too.

        hone-benchmarks scaling
        hone-benchmarks scaling --svg scaling.svg --json scaling.json
      """)

  @Option(help: "Repeats of each point.")
  var repeats = 3

  @Option(help: ArgumentHelp("Draw the points here.", valueName: "file"))
  var svg: String?

  @Option(help: ArgumentHelp("Write the points here.", valueName: "file"))
  var json: String?

  func validate() throws {
    guard (1...1000).contains(repeats) else {
      throw ValidationError("--repeats must be within 1...1000.")
    }
  }

  func run() async throws {
    for file in [json, svg].compactMap(\.self) { try AtomicFile.check(URL(filePath: file)) }
    let points = try ScalingWorkload.measure(repeats: repeats) { text in
      FileHandle.standardError.write(Data("\(text)\n".utf8))
    }
    print(Self.table(points))
    if let json { try AtomicFile.write(StableJSON.document(points), to: URL(filePath: json)) }
    if let svg {
      try AtomicFile.write(Data(ScalingPlot(points).svg.utf8), to: URL(filePath: svg))
    }
  }

  private static func table(_ points: [ScalingWorkload.Point]) -> String {
    TextTable.columns(
      [["grows", "size", "work", "tokens/s", "µs a token", "MFLOP", "MB", "GFLOP/s", "growth"]]
        + points.map { point in
          [
            point.axis, "\(point.size)", point.series,
            TextTable.grouped(Int(point.tokensPerSecond.median)),
            String(format: "%.1f", point.microsecondsPerToken),
            String(format: "%.2f", point.megaflopsPerToken),
            point.megabytesPerToken == 0 ? "" : String(format: "%.2f", point.megabytesPerToken),
            String(format: "%.1f", point.gigaflops),
            String(format: "%.2f", point.growth(in: points)),
          ]
        })
  }
}

extension ScalingWorkload.Point {
  /// The time of an operation against that of the first point of the series.
  func growth(in points: [ScalingWorkload.Point]) -> Double {
    let first = points.first { $0.axis == axis && $0.series == series } ?? self
    return first.gigaflops / gigaflops
  }
}
