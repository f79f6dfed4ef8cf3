import Foundation
import Runs

extension BenchmarkReport {
  /// The limits and the works as tables for people.
  package var text: String {
    let code = commit.map { "commit \($0.prefix(12))" + (isDirty == true ? " with changes" : "") }
    let machine = [
      TextTable.line(host.processor), "\(host.threads) of \(host.cores) cores",
      "\(TextTable.line(host.vectors)) vectors",
    ].joined(separator: ", ")
    let heading = [machine, code].compactMap(\.self).joined(separator: "\n")
    return [heading, limitTable, workTable].joined(separator: "\n\n")
  }

  private var limitTable: String {
    TextTable.columns(
      [["limit", "median", "range", "unit"]]
        + limits.map { limit in
          [
            TextTable.line(limit.name), WorkText.number(limit.rate.median),
            WorkText.range(limit.rate), TextTable.line(limit.unit),
          ]
        })
  }

  private var workTable: String {
    TextTable.columns(
      [
        [
          "workload", "what", "median", "range", "unit", "GFLOP/s", "GB/s", "of the limit",
          "memory",
        ]
      ]
        + workloads.map(Self.row))
  }

  private static func row(_ work: WorkMeasurement) -> [String] {
    [
      TextTable.line(work.workload), TextTable.line(work.what), WorkText.number(work.result.median),
      WorkText.range(work.result), TextTable.line(work.unit),
      work.share.map { WorkText.number($0.gigaflops) } ?? "",
      work.share.map { $0.gigabytes == 0 ? "" : WorkText.number($0.gigabytes) } ?? "",
      work.share.map {
        String(format: "%.0f %% of ", 100 * $0.share) + TextTable.line($0.limit)
      } ?? "",
      work.peakMemoryBytes.map { TextTable.bytes($0) } ?? "",
    ]
  }
}

/// Numbers of measurements as people read them.
enum WorkText {
  /// Three significant digits, and whole above a thousand with commas.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    return switch abs(value) {
    case 1e15...: String(format: "%.3g", value)
    case 1000...: TextTable.grouped(Int(value.rounded()))
    case 100...: String(format: "%.0f", value)
    case 10...: String(format: "%.1f", value)
    case 1...: String(format: "%.2f", value)
    default: String(format: "%.3g", value)
    }
  }

  /// `minimum…maximum`.
  static func range(_ value: Distribution) -> String {
    "\(number(value.minimum))…\(number(value.maximum))"
  }
}
