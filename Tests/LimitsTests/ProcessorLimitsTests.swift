import Measurements
import Testing

@testable import Limits

@Suite struct ProcessorLimitsTests {
  @Test func `every processor multiplies and adds in float32`() throws {
    let limit = try #require(ProcessorLimits.peak(.float32, repeats: 3))
    #expect(limit.rate.minimum > 0.1)
    #expect(limit.rate.repeats == 3)
    #expect(limit.unit == "GFLOP/s")
  }

  @Test func `no product is faster than the multiply-adds that it is made of`() throws {
    let peak = try #require(ProcessorLimits.peak(.float32, repeats: 5)).rate.maximum
    let product = ProcessorLimits.product(size: 512, repeats: 5).rate.minimum
    #expect(product > 0)
    #expect(product < 1.5 * peak)  // the clock may change between the two
  }

  @Test(arguments: [(256 << 10, "read 256 KiB"), (16 << 20, "read 16 MiB")])
  func `reading is named after its size`(bytes: Int, name: String) {
    let limit = ProcessorLimits.read(bytes: bytes, repeats: 1)
    #expect(limit.name == name)
    #expect(limit.rate.minimum > 0.01)
  }
}
