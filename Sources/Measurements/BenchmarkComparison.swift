import Foundation
import Runs

/// What became faster and what slower between two reports.
package struct BenchmarkComparison: Codable, Equatable, Sendable {
  /// One work, or one limit of the machine, in both reports.
  package struct Row: Codable, Equatable, Sendable {
    package let workload: String
    package let what: String
    package let unit: String
    package let before: Distribution
    package let after: Distribution
    /// How many times as fast, by the medians: above 1 is faster, for rates and times alike.
    package let ratio: Double
    /// Whether the two ranges of repeats do not touch, so that the change is no accident of one.
    package let isBeyondSpread: Bool
    /// Peak memory before by that after: above 1 is less memory; nil where one has none.
    package let memoryRatio: Double?
  }

  /// The machine's limits: what is no merit and no fault of the code.
  package let limits: [Row]
  package let works: [Row]
  /// Works of only one of the reports.
  package let onlyBefore: [String]
  package let onlyAfter: [String]
  /// Why the ratios may say more of the machines than of the code; empty for the same machine.
  package let otherMachine: [String]

  /// Compares what both reports measured, in the order of the later one.
  ///
  /// Each value is above 0, as ``BenchmarkReport/read(_:)`` makes sure.
  package init(before: BenchmarkReport, after: BenchmarkReport) {
    // By name, since a report may have as many works as fit its file.
    let oldLimits = Dictionary(before.limits.map { ($0.name, $0) }) { first, _ in first }
    let oldWorks = Dictionary(before.workloads.map { (Name($0), $0) }) { first, _ in first }
    let newWorks = Set(after.workloads.map(Name.init))
    limits = after.limits.compactMap { limit in
      oldLimits[limit.name].map {
        Self.row(
          "limit", limit.name, limit.unit, ($0.rate, limit.rate), isRate: true, memory: nil)
      }
    }
    works = after.workloads.compactMap { work in
      oldWorks[Name(work)].map { old in
        let memory: Double? =
          if let bytes = old.peakMemoryBytes, let now = work.peakMemoryBytes {
            Double(bytes) / Double(now)
          } else {
            nil
          }
        return Self.row(
          work.workload, work.what, work.unit, (old.result, work.result), isRate: work.isRate,
          memory: memory)
      }
    }
    onlyBefore = before.workloads.filter { !newWorks.contains(Name($0)) }.map(\.title)
    onlyAfter = after.workloads.filter { oldWorks[Name($0)] == nil }.map(\.title)
    let (old, new) = (before.host, after.host)
    otherMachine = [
      ("processor", old.processor, new.processor), ("cores", "\(old.cores)", "\(new.cores)"),
      ("threads", "\(old.threads)", "\(new.threads)"),
      ("vectors", old.vectors, new.vectors),
    ].filter { $0.1 != $0.2 }.map { "\($0.0): \($0.1) → \($0.2)" }
  }

  /// The works that are slower than `ratio` times before, beyond their spread.
  ///
  /// A share of another work's time is left out: it grows where the rest becomes faster.
  package func slower(than ratio: Double) -> [Row] {
    works.filter { $0.isBeyondSpread && $0.ratio < ratio && $0.unit != "%" }
  }

  /// The comparison as tables for people.
  package var text: String {
    var parts: [String] = []
    if !otherMachine.isEmpty {
      parts.append(
        "The machines differ, so ratios do not speak of the code alone:\n"
          + otherMachine.map { "  " + TextTable.line($0) }.joined(separator: "\n"))
    }
    if !works.isEmpty { parts.append(table("works", works)) }
    if !limits.isEmpty { parts.append(table("the machine itself", limits)) }
    for (name, list) in [("before", onlyBefore), ("after", onlyAfter)] where !list.isEmpty {
      parts.append(
        "only \(name):\n" + list.map { "  " + TextTable.line($0) }.joined(separator: "\n"))
    }
    return parts.joined(separator: "\n\n")
  }

  // MARK: - Helpers

  /// What two reports call the same work by.
  private struct Name: Hashable {
    let workload: String
    let what: String
    let unit: String

    init(_ work: WorkMeasurement) {
      (workload, what, unit) = (work.workload, work.what, work.unit)
    }
  }

  private static func row(
    _ workload: String, _ what: String, _ unit: String, _ values: (Distribution, Distribution),
    isRate: Bool, memory: Double?
  ) -> Row {
    let (before, after) = values
    return Row(
      workload: workload, what: what, unit: unit, before: before, after: after,
      ratio: isRate ? after.median / before.median : before.median / after.median,
      isBeyondSpread: !before.overlaps(after), memoryRatio: memory)
  }

  private func table(_ title: String, _ rows: [Row]) -> String {
    TextTable.columns(
      [[title, "before", "after", "unit", "ratio", "", "memory"]]
        + rows.map { row in
          [
            TextTable.line(row.workload == "limit" ? row.what : "\(row.workload): \(row.what)"),
            Self.number(row.before), Self.number(row.after), TextTable.line(row.unit),
            String(format: "%.2f ×", row.ratio),
            row.isBeyondSpread ? (row.ratio > 1 ? "better" : "worse") : "within the spread",
            row.memoryRatio.map { String(format: "%.2f ×", $0) } ?? "",
          ]
        })
  }

  /// The median with half its spread, as in `412 ± 3 %`.
  private static func number(_ value: Distribution) -> String {
    WorkText.number(value.median) + String(format: " ± %.0f %%", 50 * value.spread)
  }
}
