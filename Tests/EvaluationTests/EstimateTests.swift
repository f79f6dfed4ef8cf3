import Evaluation
import Foundation
import Testing

@Suite struct EstimateTests {
  @Test func `Wilson intervals are those of the reference`() throws {
    for row in try GoldenStatistics.read().wilson {
      let interval = wilsonInterval(correct: row.c, samples: row.n)
      #expect(abs(interval.low - row.ci[0]) < .rounding)
      #expect(abs(interval.high - row.ci[1]) < .rounding)
    }
  }

  @Test func `a Wilson interval ends at the rates that cannot be passed`() {
    #expect(wilsonInterval(correct: 0, samples: 5).low == 0)
    #expect(wilsonInterval(correct: 5, samples: 5).high == 1)
    #expect(wilsonInterval(correct: 0, samples: 0) == Interval(low: 0, high: 1))
  }

  @Test func `standard errors are those of the reference`() throws {
    let golden = try GoldenStatistics.read().miller
    let plain = Estimate(of: golden.before)
    #expect(abs(plain.mean - golden.mean) < .rounding)
    #expect(abs(try #require(plain.standardError) - golden.standardError) < .rounding)
    let clustered = Estimate(of: golden.before, clusters: golden.cluster)
    #expect(
      abs(try #require(clustered.standardError) - golden.clusteredStandardError) < .rounding)
    let paired = pairedDifference(before: golden.before, after: golden.after)
    #expect(abs(paired.mean - golden.difference) < .rounding)
    #expect(abs(try #require(paired.standardError) - golden.pairedStandardError) < .rounding)
    // 12 differences, so Student's t with 11 degrees of freedom: 2.200985.
    let reach = 2.200985160 * golden.pairedStandardError
    #expect(abs(try #require(paired.interval).high - (golden.difference + reach)) < .sixPlaces)
  }

  @Test func `copies of each score add no certainty`() throws {
    let scores = [1.0, 0, 0.5, 1, 0]
    let plain = try #require(standardError(scores))
    // Each score 8 times as one cluster: n - 1 changes from 4 to 39 of 40, nothing else.
    let copies = scores.flatMap { [Double](repeating: $0, count: 8) }
    let clusters = (0..<5).flatMap { [Int](repeating: $0, count: 8) }
    let clustered = try #require(clusteredStandardError(copies, clusters: clusters))
    let naive = try #require(standardError(copies))
    #expect(abs(clustered / plain - 1) < 0.15)
    #expect(naive < plain / 2)
  }

  @Test func `clusters of one are no clusters`() throws {
    let scores = [1.0, 0, 0.5, 1, 0]
    let clustered = try #require(clusteredStandardError(scores, clusters: [5, 3, 1, 2, 4]))
    #expect(abs(clustered - (standardError(scores) ?? 0)) < .rounding)
  }

  @Test func `one observation leaves the error open`() {
    #expect(Estimate(of: [0.5]) == Estimate(of: [0.5], clusters: [0]))
    #expect(Estimate(of: [0.5]).standardError == nil && Estimate(of: [0.5]).interval == nil)
    #expect(Estimate(of: [0.5, 1], clusters: [3, 3]).interval == nil)
  }

  @Test func `what does not vary has no width`() {
    #expect(Estimate(of: [1, 1, 1]).interval == Interval(low: 1, high: 1))
  }

  @Test(arguments: [
    (0.975, 1.959963984540054), (0.5, 0), (0.025, -1.959963984540054), (0.8, 0.8416212335729143),
    (1e-10, -6.361340902404056),
  ])
  func `normal quantiles are those of the tables`(probability: Double, expected: Double) {
    #expect(abs(normalQuantile(probability) - expected) < .rounding)
  }

  @Test(arguments: [
    (1, 12.706204736), (2, 4.302652730), (4, 2.776445105), (11, 2.200985160), (30, 2.042272456),
    (499, 1.964729391), (100_000, 1.959987708),
  ])
  func `Student's quantiles are those of the tables`(freedom: Int, expected: Double) {
    #expect(abs(studentQuantile(0.975, degreesOfFreedom: freedom) - expected) < .sixPlaces)
    #expect(abs(studentQuantile(0.025, degreesOfFreedom: freedom) + expected) < .sixPlaces)
  }
}
