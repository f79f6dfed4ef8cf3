import PolicyGradient
import Testing

@Suite struct LossAggregationTests {
  // Two prompts; sequences of 2, 3 and 0 tokens, and of 5 tokens.
  let lengths = [2, 3, 0, 5]
  let prompts = [7, 7, 7, 9]

  @Test(arguments: LossAggregation.allCases)
  func `a sequence without tokens has no weight and is not counted`(
    aggregation: LossAggregation
  ) {
    let expected: [Double] =
      switch aggregation {
      case .tokenMean: [1 / 10, 1 / 10, 0, 1 / 10]
      case .sequenceMean: [1 / 6, 1 / 9, 0, 1 / 15]
      case .constantLength: [1 / 24, 1 / 24, 0, 1 / 24]
      case .promptMean: [1 / 10, 1 / 10, 0, 1 / 10]
      case .sequenceTokenSum: [1 / 3, 1 / 3, 0, 1 / 3]
      case .sum: [1, 1, 0, 1]
      }
    let weights = aggregation.weights(lengths: lengths, promptOf: prompts, length: 8)
    #expect(isClose(weights, expected, within: .rounding))
  }

  @Test(arguments: [LossAggregation.tokenMean, .sequenceMean, .promptMean])
  func `the weights of a mean sum to one over all tokens`(aggregation: LossAggregation) {
    let weights = aggregation.weights(lengths: [2, 3, 0, 4], promptOf: [0, 0, 1, 1])
    let sum = zip(weights, [2.0, 3, 0, 4]).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(sum - 1) < .rounding)
  }

  @Test(arguments: LossAggregation.allCases)
  func `a step without tokens has finite weights`(aggregation: LossAggregation) {
    #expect(aggregation.weights(lengths: [0, 0], promptOf: [0, 1], length: 4) == [0, 0])
    #expect(aggregation.weights(lengths: [], promptOf: [], length: 4) == [])
  }
}
