import Foundation
import Runs
import Testing

@testable import Measurements

@Suite struct BenchmarkReportTests {
  private let report = BenchmarkReport(
    commit: "0123456789abcdef0123456789abcdef01234567", isDirty: true,
    date: "2025-01-31T02:00:00Z",
    host: RunProvenance.Machine(
      processor: "P", architecture: "x86_64", cores: 2, threads: 2,
      vectors: "avx2", kernel: "6", operatingSystem: "Linux", memoryBytes: 1 << 30),
    limits: [MachineLimit(name: "read 16 MiB", unit: "GB/s", rate: Distribution([30, 40]))],
    workloads: [
      WorkMeasurement(
        workload: "decode", what: "decode, batch 1", unit: "tokens/s",
        result: Distribution([20, 30, 10]),
        share: LimitShare(
          bound: .memory, limit: "read 16 MiB", gigaflops: 5, gigabytes: 10, share: 0.25),
        peakMemoryBytes: 3 << 20)
    ])

  /// A file with `text`, which goes with `body`.
  private func withFile<R>(_ text: String, _ body: (String) throws -> R) throws -> R {
    let file = URL.temporaryDirectory.appending(path: "hone-report-\(UUID().uuidString).json")
    try Data(text.utf8).write(to: file)
    let result = Result { try body(file.path) }
    try FileManager.default.removeItem(at: file)
    return try result.get()
  }

  @Test func `a report reads back as it was written`() throws {
    let text = String(decoding: try StableJSON.document(report), as: UTF8.self)
    let read = try withFile(text) { try BenchmarkReport.read($0) }
    #expect(read == report)
    #expect(read.schema == 1)
  }

  @Test func `what is no report is refused by its name`() throws {
    for text in ["", "{}", "[1]", #"{"schema":1}"#, #"{"schema":"1"}"#] {
      _ = try withFile(text) { path in
        #expect(throws: BenchmarkReportError.notAReport(path: path)) {
          try BenchmarkReport.read(path)
        }
      }
    }
  }

  @Test func `another schema is refused with its number`() throws {
    _ = try withFile(#"{"schema":7}"#) { path in
      #expect(throws: BenchmarkReportError.otherSchema(path: path, schema: 7)) {
        try BenchmarkReport.read(path)
      }
    }
  }

  private static let impossible: [(values: [Double], name: String, value: String)] = [
    ([0], "median", "0.0"), ([], "median", "0.0"), ([-3], "median", "-3.0"),
    ([-1, 2, 3], "minimum", "-1.0"), ([0, 2, 3], "minimum", "0.0"),
    ([1, 2, .infinity], "maximum", "inf"), ([.nan], "median", "nan"),
  ]

  @Test(arguments: impossible)
  func `a work or a limit with a value that is no number above 0 is refused by name and value`(
    values: [Double], name: String, value: String
  ) throws {
    let wrong = Distribution(values)
    let work = WorkMeasurement(workload: "w", what: "x", unit: "s", result: wrong)
    let limit = MachineLimit(name: "read", unit: "GB/s", rate: wrong)
    for (limits, works, title) in [([], [work], "w: x"), ([limit], [], "read")] {
      let report = BenchmarkReport(
        commit: nil, isDirty: nil, date: "", host: self.report.host, limits: limits,
        workloads: works)
      let text = String(decoding: try StableJSON.document(report), as: UTF8.self)
      try withFile(text) { path in
        let error = #expect(throws: BenchmarkReportError.self) { try BenchmarkReport.read(path) }
        #expect(
          error == .impossibleValue(path: path, work: title, name: name, value: value))
        #expect(
          error?.description.hasPrefix("'\(path)': the \(name) of '\(title)' is \(value), ") == true
        )
      }
    }
  }

  @Test(arguments: [0, -5])
  func `a peak of memory that is not above 0 is refused`(bytes: Int) throws {
    let work = WorkMeasurement(
      workload: "w", what: "x", unit: "s", result: Distribution([1]), peakMemoryBytes: bytes)
    let report = BenchmarkReport(
      commit: nil, isDirty: nil, date: "", host: self.report.host, limits: [], workloads: [work])
    let text = String(decoding: try StableJSON.document(report), as: UTF8.self)
    _ = try withFile(text) { path in
      #expect(
        throws: BenchmarkReportError.impossibleValue(
          path: path, work: "w: x", name: "memory", value: "\(bytes)")
      ) { try BenchmarkReport.read(path) }
    }
  }

  @Test func `a file that is not there is told`() {
    let error = #expect(throws: BenchmarkReportError.self) {
      try BenchmarkReport.read("/nowhere/report.json")
    }
    #expect(error?.description.contains("'/nowhere/report.json' cannot be read") == true)
  }

  @Test func `the table has the share of the limit and the memory`() {
    let lines = report.text.split(separator: "\n")
    #expect(lines[0] == "P, 2 of 2 cores, avx2 vectors")
    #expect(lines[1] == "commit 0123456789ab with changes")
    #expect(lines.contains { $0.contains("25 % of read 16 MiB") && $0.contains("3.0 MiB") })
  }

  @Test(arguments: [
    (1_234_567.4, "1,234,567"), (123.4, "123"), (12.34, "12.3"), (1.234, "1.23"),
    (0.0123456, "0.0123"), (0, "0"), (-12.34, "-12.3"), (.infinity, "inf"), (1e300, "1e+300"),
  ])
  func `numbers have three digits`(value: Double, text: String) {
    #expect(WorkText.number(value) == text)
  }
}
