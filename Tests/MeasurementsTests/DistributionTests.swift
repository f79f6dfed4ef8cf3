import Testing

@testable import Measurements

@Suite struct DistributionTests {
  private static let medians: [(values: [Double], median: Double)] = [
    ([3, 1, 2], 2), ([4, 1, 2, 3], 2.5), ([7], 7), ([], 0),
  ]

  @Test(arguments: medians)
  func `the median is the middle, or between the two middle ones`(
    values: [Double], median: Double
  ) {
    let distribution = Distribution(values)
    #expect(distribution.median == median)
    #expect(distribution.repeats == values.count)
  }

  @Test func `the spread is the range by the median`() {
    #expect(Distribution([8, 10, 13]).spread == 0.5)
    #expect(Distribution([0, 0]).spread == 0)
  }

  @Test(arguments: [
    ([1.0, 2], [2.0, 3], true), ([1, 2], [3, 4], false), ([1, 9], [3, 4], true),
  ])
  func `ranges overlap where they share a value`(a: [Double], b: [Double], overlap: Bool) {
    #expect(Distribution(a).overlaps(Distribution(b)) == overlap)
    #expect(Distribution(b).overlaps(Distribution(a)) == overlap)
  }
}
