import ArgumentParser
import Foundation
import Measurements
import Runs

/// The command `hone bench compare`.
struct BenchCompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Says what became faster and what slower between two reports.",
    usage: "hone bench compare <before> <after> [--fail-below <ratio>] [--json]",
    discussion: """
      A report is what hone-benchmarks writes ('make bench', or --json). A ratio
      above 1 is faster, for rates and times alike. A change counts as one where
      the ranges of the repeats do not touch; the limits of the machine tell
      whether it was the machine that changed.

        hone bench compare old.json new.json
        hone bench compare old.json new.json --fail-below 0.95
      """)

  @Argument(help: "The earlier report.")
  var before: String

  @Argument(help: "The later report.")
  var after: String

  @Option(
    help: ArgumentHelp(
      "Exit with code 1 where a work is slower than that, beyond its spread.", valueName: "ratio"))
  var failBelow: Double?

  @Flag(help: "Print as JSON.")
  var json = false

  func validate() throws {
    if let failBelow, !(failBelow > 0 && failBelow <= 100) {
      throw ValidationError("--fail-below is a ratio above 0, such as 0.95.")
    }
  }

  func run() async throws {
    let (old, new) = (try BenchmarkReport.read(before), try BenchmarkReport.read(after))
    let comparison = BenchmarkComparison(before: old, after: new)
    guard !comparison.works.isEmpty || !comparison.limits.isEmpty else {
      throw BenchmarkReportError.nothingInCommon(before: before, after: after)
    }
    if json { try CommandOutput.print(json: comparison) } else { print(comparison.text) }
    guard let failBelow else { return }
    let slower = comparison.slower(than: failBelow)
    if !slower.isEmpty { throw WorksSlower(rows: slower, ratio: failBelow) }
  }
}

/// Works that are slower than was allowed.
struct WorksSlower: Error, CustomStringConvertible {
  let rows: [BenchmarkComparison.Row]
  let ratio: Double

  var description: String {
    let list = rows.map { row in
      TextTable.line("\(row.workload): \(row.what)") + " (\(String(format: "%.2f", row.ratio)) ×)"
    }
    return """
      \(rows.count) of the works are slower than \(ratio) × before, beyond their spread: \
      \(list.joined(separator: "; ")).
      """
  }
}
