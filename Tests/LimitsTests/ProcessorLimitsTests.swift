import Testing

@testable import Limits

@Suite struct ProcessorLimitsTests {
  @Test func `every processor multiplies and adds in float32`() throws {
    let limit = try #require(ProcessorLimits.peak(.float32, repeats: 3))
    #expect(limit.values.allSatisfy { $0 > 0.1 })
    #expect(limit.values.count == 3)
    #expect(limit.unit == "GFLOP/s")
  }

  @Test func `a product is named after its size`() {
    let limit = ProcessorLimits.product(size: 128, repeats: 2)
    #expect(limit.name == "float32 product 128 x 128 x 128")
    #expect(limit.values.allSatisfy { $0 > 0.1 })
    #expect(limit.values.count == 2)
  }

  @Test(arguments: [(256 << 10, "read 256 KiB"), (16 << 20, "read 16 MiB")])
  func `reading is named after its size`(bytes: Int, name: String) {
    let limit = ProcessorLimits.read(bytes: bytes, repeats: 1)
    #expect(limit.name == name)
    #expect(limit.values.allSatisfy { $0 > 0.01 })
  }
}
