import Runs
import Testing

@testable import Measurements

@Suite struct BenchmarkComparisonTests {
  private static func host(processor: String = "A", threads: Int = 2) -> RunProvenance.Machine {
    RunProvenance.Machine(
      processor: processor, architecture: "x86_64", cores: 2, threads: threads,
      vectors: "avx2", kernel: "6", operatingSystem: "Linux",
      memoryBytes: 1 << 30)
  }

  private static func work(
    _ what: String, _ values: [Double], unit: String = "tokens/s", memory: Int? = nil
  ) -> WorkMeasurement {
    WorkMeasurement(
      workload: "w", what: what, unit: unit, result: Distribution(values), peakMemoryBytes: memory)
  }

  private static func report(
    _ works: [WorkMeasurement], limit: Double = 100, host: RunProvenance.Machine = host()
  ) -> BenchmarkReport {
    BenchmarkReport(
      commit: nil, isDirty: nil, date: "2025-01-31T02:00:00Z", host: host,
      limits: [
        MachineLimit(name: "float32", unit: "GFLOP/s", rate: Distribution([limit]))
      ], workloads: works)
  }

  @Test func `more a second and fewer seconds are both faster`() throws {
    let comparison = BenchmarkComparison(
      before: Self.report([Self.work("rate", [100]), Self.work("time", [6], unit: "s")]),
      after: Self.report([Self.work("rate", [150]), Self.work("time", [3], unit: "s")]))
    #expect(comparison.works.map(\.ratio) == [1.5, 2])
    #expect(comparison.works.map(\.isBeyondSpread) == [true, true])
  }

  private static let changes: [(before: [Double], after: [Double], counts: Bool)] = [
    ([9, 10, 11], [11, 12, 13], false), ([9, 10, 11], [11.1, 12, 13], true),
    ([9, 10, 11], [1, 2, 8.9], true), ([9, 10, 11], [10], false),
  ]

  @Test(arguments: changes)
  func `a change counts where the ranges do not touch`(
    before: [Double], after: [Double], counts: Bool
  ) throws {
    let comparison = BenchmarkComparison(
      before: Self.report([Self.work("x", before)]), after: Self.report([Self.work("x", after)]))
    #expect(comparison.works.map(\.isBeyondSpread) == [counts])
  }

  @Test func `only what is slower beyond its spread is slower`() {
    let comparison = BenchmarkComparison(
      before: Self.report([
        Self.work("slow", [100, 101]), Self.work("noisy", [60, 140]), Self.work("same", [100]),
        Self.work("share", [1], unit: "%"),
      ]),
      after: Self.report([
        Self.work("slow", [80, 81]), Self.work("noisy", [70, 90]), Self.work("same", [99]),
        Self.work("share", [3], unit: "%"),
      ]))
    #expect(comparison.slower(than: 0.95).map(\.what) == ["slow"])
    #expect(comparison.slower(than: 0.5).isEmpty)
  }

  @Test func `memory is compared where both have it`() {
    let comparison = BenchmarkComparison(
      before: Self.report([Self.work("a", [1], memory: 300), Self.work("b", [1])]),
      after: Self.report([Self.work("a", [1], memory: 100), Self.work("b", [1], memory: 100)]))
    #expect(comparison.works.map(\.memoryRatio) == [3, nil])
  }

  @Test func `works of one report alone are named, and have no ratio`() {
    let comparison = BenchmarkComparison(
      before: Self.report([Self.work("old", [1]), Self.work("both", [1])]),
      after: Self.report([Self.work("both", [1]), Self.work("new", [1])]))
    #expect(comparison.works.map(\.what) == ["both"])
    #expect(comparison.onlyBefore == ["w: old"])
    #expect(comparison.onlyAfter == ["w: new"])
  }

  @Test func `another machine is named, and its limits are compared`() {
    let comparison = BenchmarkComparison(
      before: Self.report([], limit: 100),
      after: Self.report([], limit: 150, host: Self.host(processor: "B", threads: 4)))
    #expect(comparison.otherMachine == ["processor: A → B", "threads: 2 → 4"])
    #expect(comparison.limits.map(\.ratio) == [1.5])
    #expect(comparison.text.hasPrefix("The machines differ"))
  }

  @Test(.timeLimit(.minutes(1)))
  func `reports of fifty thousand works are compared in a moment`() {
    let works = (0..<50_000).map { Self.work("work \($0)", [100]) }
    let comparison = BenchmarkComparison(
      before: Self.report(works), after: Self.report(works.dropLast() + [Self.work("new", [1])]))
    #expect(comparison.works.count == 49_999)
    #expect(comparison.onlyBefore == ["w: work 49999"])
    #expect(comparison.onlyAfter == ["w: new"])
  }

  @Test func `the name of a machine commands no terminal`() {
    let comparison = BenchmarkComparison(
      before: Self.report([Self.work("x", [1])], host: Self.host(processor: "A\u{1B}[2J\nB")),
      after: Self.report([Self.work("x", [1])]))
    #expect(comparison.text.contains("processor: A?[2J⏎B → A"))
  }
}
