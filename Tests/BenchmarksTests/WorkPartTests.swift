import Measurements
import Testing

@testable import hone_benchmarks

@Suite struct WorkPartTests {
  private let limits = [
    MachineLimit(name: "float32 multiply-add", unit: "GFLOP/s", rate: Distribution([90, 100])),
    MachineLimit(name: "read 16 MiB", unit: "GB/s", rate: Distribution([50])),
    MachineLimit(name: "read 2 GiB", unit: "GB/s", rate: Distribution([10])),
  ]

  @Test func `a work is as slow as what it runs out of first`() throws {
    // 10 GFLOP at 100 a second are 0.1 s; 2 GB at 10 are 0.2 s
    let part = WorkPart(operations: 10e9, bytes: 2e9, workingSet: 2e9)
    let share = try #require(WorkPart.share(of: [part], seconds: 0.4, limits: limits))
    #expect(share.bound == .memory)
    #expect(share.limit == "read 2 GiB")
    #expect(abs(share.share - 0.5) < 1e-12)
    #expect(share.gigaflops == 25)
    #expect(share.gigabytes == 5)
  }

  @Test func `what is small is read from a nearer memory`() throws {
    // 2 GB at 50 are 0.04 s, less than the 0.1 s of arithmetic
    let part = WorkPart(operations: 10e9, bytes: 2e9, workingSet: 20e6)
    let share = try #require(WorkPart.share(of: [part], seconds: 0.1, limits: limits))
    #expect(share.bound == .arithmetic)
    #expect(abs(share.share - 1) < 1e-12)
  }

  @Test func `parts follow one another`() throws {
    let parts = [
      WorkPart(operations: 10e9), WorkPart(operations: 0, bytes: 3e9, workingSet: 2e9),
    ]
    let share = try #require(WorkPart.share(of: parts, seconds: 1, limits: limits))
    #expect(abs(share.share - 0.4) < 1e-12)
    #expect(share.bound == .memory)
  }

  @Test func `what nobody counted has no share`() {
    #expect(WorkPart.share(of: [], seconds: 1, limits: limits) == nil)
    let part = WorkPart(operations: 1)
    #expect(WorkPart.share(of: [part], seconds: 0, limits: limits) == nil)
    #expect(WorkPart.share(of: [part], seconds: 1, limits: []) == nil)
  }

  @Test func `a rate and a time of the same speed have the same share`() throws {
    let rate = Measurement(
      "x", unit: "tokens/s", values: [20], need: [WorkPart(operations: 1e9)])
    let time = Measurement("x", unit: "s", values: [0.5], need: [WorkPart(operations: 10e9)])
    let shares = try [rate, time].map {
      try #require($0.result(of: "w", peakMemoryBytes: nil, limits: limits).share)
    }
    #expect(shares.allSatisfy { abs($0.share - 0.2) < 1e-12 })
    #expect(shares[0].gigaflops == shares[1].gigaflops)
  }

  @Test func `every workload has a name of its own`() {
    let names = Workload.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { Workload.named($0)?.name == $0 })
    #expect(Workload.named("nothing") == nil)
  }
}
