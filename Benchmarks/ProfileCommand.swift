import ArgumentParser
import Foundation
import Measurements
import Runs
import Tensors

/// Where the time of one workload goes, by phase and by kernel.
struct ProfileCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile",
    abstract: "Shows where the time of a workload goes, by phase and by kernel.",
    discussion: """
      Each line has the time with all that is within, and the part of it between
      the kernels. Kernels of all phases together follow.

        hone-benchmarks profile round-small
        hone-benchmarks profile round-smollm2 --repeats 1 --json
      """)

  @Argument(help: "The workload.")
  var name: WorkloadName

  @Option(help: "Repeats, after one that warms up and is left out.")
  var repeats = 3

  @Option(help: "Leave out what takes less of the whole, in percent.")
  var above = 0.5

  @Flag(help: "Print as JSON.")
  var json = false

  /// A line of the profile.
  struct Line: Encodable {
    let path: [String]
    let calls: Int
    let seconds: Double
    let ownSeconds: Double
    /// nil where the kernel does not count its operations.
    let gigaflops: Double?

    init(_ entry: KernelProfile.Entry) {
      (path, calls) = (entry.path, entry.calls)
      (seconds, ownSeconds) = (entry.seconds, entry.ownSeconds)
      gigaflops =
        entry.operations > 0 && entry.seconds > 0 ? entry.operations / entry.seconds / 1e9 : nil
    }
  }

  func validate() throws {
    guard (1...10_000).contains(repeats) else {
      throw ValidationError("--repeats must be within 1...10000.")
    }
    guard (0...100).contains(above) else { throw ValidationError("--above is within 0...100.") }
  }

  func run() async throws {
    let start = SuspendingClock.now
    let entries = try await KernelProfile.recording {
      try await name.workload.run(repeats)
    }.entries
    let seconds = (SuspendingClock.now - start) / .seconds(1)
    guard !entries.isEmpty else {
      throw ValidationError("'\(name.workload.name)' computes nothing here that has a profile.")
    }
    if json {
      return FileHandle.standardOutput.write(try StableJSON.document(entries.map(Line.init)))
    }
    let whole = entries.filter { $0.path.count == 1 }.reduce(0) { $0 + $1.seconds }
    print(String(format: "%.2f s of %.2f s are in spans\n", whole, seconds))
    print(Self.tree(entries, whole: whole, above: above / 100))
    print("\n" + Self.kernels(entries, whole: whole, above: above / 100))
  }

  // MARK: - Tables

  /// Spans within spans, the longest first.
  private static func tree(
    _ entries: [KernelProfile.Entry], whole: Double, above: Double
  ) -> String {
    let children = Dictionary(grouping: entries) { Array($0.path.dropLast()) }
    var rows = [["span", "s", "%", "between", "calls", "GFLOP/s"]]
    func add(under path: [String]) {
      for entry in (children[path] ?? []).sorted(by: { $0.seconds > $1.seconds })
      where entry.seconds >= above * whole {
        let indent = String(repeating: "  ", count: path.count)
        let hasChildren = children[entry.path] != nil
        rows.append(
          row(
            indent + (entry.path.last ?? ""), seconds: entry.seconds,
            between: hasChildren ? decimal(entry.ownSeconds) : "", calls: entry.calls,
            operations: entry.operations, whole: whole))
        add(under: entry.path)
      }
    }
    add(under: [])
    return TextTable.columns(rows)
  }

  /// Spans that hold none, of all phases together.
  private static func kernels(
    _ entries: [KernelProfile.Entry], whole: Double, above: Double
  ) -> String {
    let parents = Set(entries.map { Array($0.path.dropLast()) })
    let leaves = entries.filter { !parents.contains($0.path) }
    let sums = Dictionary(grouping: leaves) { $0.path.last ?? "" }.map { name, entries in
      (
        name: name, seconds: entries.reduce(0) { $0 + $1.seconds },
        calls: entries.reduce(0) { $0 + $1.calls },
        operations: entries.reduce(0) { $0 + $1.operations }
      )
    }.sorted { ($0.seconds, $1.name) > ($1.seconds, $0.name) }
    let shown = sums.filter { $0.seconds >= above * whole }
    let between = whole - sums.reduce(0) { $0 + $1.seconds }
    return TextTable.columns(
      [["kernel", "s", "%", "", "calls", "GFLOP/s"]]
        + shown.map {
          row(
            $0.name, seconds: $0.seconds, between: "", calls: $0.calls, operations: $0.operations,
            whole: whole)
        } + [
          [
            "between kernels", decimal(between),
            String(format: "%.1f", 100 * between / max(whole, 1e-9)),
          ]
        ])
  }

  private static func row(
    _ name: String, seconds: Double, between: String, calls: Int, operations: Double,
    whole: Double
  ) -> [String] {
    [
      name, decimal(seconds), String(format: "%.1f", 100 * seconds / max(whole, 1e-9)), between,
      TextTable.grouped(calls),
      operations > 0 && seconds > 0 ? String(format: "%.1f", operations / seconds / 1e9) : "",
    ]
  }

  private static func decimal(_ seconds: Double) -> String { String(format: "%.3f", seconds) }
}
