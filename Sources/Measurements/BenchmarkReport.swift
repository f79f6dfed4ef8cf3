import Foundation
package import Runs
import Settings

/// What a run of the benchmarks measured: the machine, its limits, and how fast each work was.
package struct BenchmarkReport: Codable, Equatable, Sendable {
  /// The version that ``schema`` has in reports of this program.
  package static let currentSchema = 1

  /// How the file is laid out; others are refused.
  package let schema: Int
  package let honeVersion: String
  /// The commit of the checkout that was measured; nil outside of one.
  package let commit: String?
  /// Whether the checkout differed from its commit; nil where that could not be told.
  package let isDirty: Bool?
  /// When it began, as in `2025-01-31T02:00:00Z`.
  package let date: String
  package let host: RunProvenance.Machine
  /// What the machine reached in the same run with nothing else to do.
  package let limits: [MachineLimit]
  package let workloads: [WorkMeasurement]

  package init(
    commit: String?, isDirty: Bool?, date: String, host: RunProvenance.Machine,
    limits: [MachineLimit], workloads: [WorkMeasurement], honeVersion: String = HoneVersion.current
  ) {
    (schema, self.honeVersion) = (Self.currentSchema, honeVersion)
    (self.commit, self.isDirty, self.date) = (commit, isDirty, date)
    (self.host, self.limits, self.workloads) = (host, limits, workloads)
  }

  /// Reads a report that `hone-benchmarks --json FILE` wrote.
  ///
  /// - Throws: ``BenchmarkReportError``.
  package static func read(_ path: String) throws(BenchmarkReportError) -> BenchmarkReport {
    let largest = 16 << 20
    let data: Data
    do {
      let file = try FileHandle(forReadingFrom: URL(filePath: path))
      data = try file.read(upToCount: largest + 1) ?? Data()
      try file.close()
    } catch {
      throw .unreadable(path: path, reason: failureReason(error))
    }
    guard data.count <= largest else { throw .tooLarge(path: path, limit: largest) }
    let schema: Int
    do {
      schema = try StableJSON.value(Header.self, from: data).schema
    } catch {
      throw .notAReport(path: path)
    }
    guard schema == currentSchema else { throw .otherSchema(path: path, schema: schema) }
    let report: BenchmarkReport
    do {
      report = try StableJSON.value(from: data)
    } catch {
      throw .notAReport(path: path)
    }
    if let found = report.impossibleValue {
      throw .impossibleValue(path: path, work: found.work, name: found.name, value: found.value)
    }
    return report
  }

  /// The first value that no measurement gives, and the limit or work that has it.
  private var impossibleValue: (work: String, name: String, value: String)? {
    for limit in limits {
      if let (name, value) = limit.rate.impossibleValue { return (limit.name, name, "\(value)") }
    }
    for work in workloads {
      if let (name, value) = work.result.impossibleValue { return (work.title, name, "\(value)") }
      if let bytes = work.peakMemoryBytes, bytes <= 0 { return (work.title, "memory", "\(bytes)") }
    }
    return nil
  }

  /// The part of a report that every version has.
  private struct Header: Decodable {
    let schema: Int
  }
}

/// What the machine reaches at best in one respect.
package struct MachineLimit: Codable, Equatable, Sendable {
  /// As in `float32 multiply-add` or `read 512 MiB`.
  package let name: String
  /// `GFLOP/s` or `GB/s`, of all workers together.
  package let unit: String
  package let rate: Distribution

  package init(name: String, unit: String, rate: Distribution) {
    (self.name, self.unit, self.rate) = (name, unit, rate)
  }
}

/// A file that holds no report that can be read.
package enum BenchmarkReportError: Error, Equatable, CustomStringConvertible {
  case unreadable(path: String, reason: String)
  case tooLarge(path: String, limit: Int)
  case notAReport(path: String)
  case otherSchema(path: String, schema: Int)
  /// A limit or a work has a value that is no finite number above 0, so there is no ratio to it.
  case impossibleValue(path: String, work: String, name: String, value: String)
  case nothingInCommon(before: String, after: String)

  package var description: String {
    switch self {
    case .unreadable(let path, let reason): "'\(path)' cannot be read: \(reason)."
    case .tooLarge(let path, let limit):
      "'\(path)' is larger than \(limit >> 20) MiB, so it is no report of hone-benchmarks."
    case .notAReport(let path):
      "'\(path)' is no report of hone-benchmarks. Write one with 'hone-benchmarks --json FILE'."
    case .otherSchema(let path, let schema):
      """
      '\(path)' has schema \(schema), and this hone reads schema \
      \(BenchmarkReport.currentSchema). Measure again with the hone-benchmarks of the same version.
      """
    case .impossibleValue(let path, let work, let name, let value):
      """
      '\(path)': the \(name) of '\(TextTable.line(work))' is \(value), but what was measured is a \
      finite number above 0. Measure again with 'hone-benchmarks --json FILE'.
      """
    case .nothingInCommon(let before, let after):
      "'\(before)' and '\(after)' measured no work in common. Measure the same workloads in both."
    }
  }
}
