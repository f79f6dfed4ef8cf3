import PolicyGradient
import Testing

@Suite struct AdvantageEstimatorTests {
  @Test func `advantages are those of the reference implementations`() throws {
    let golden = try GoldenLosses.read().advantages
    let expected: [AdvantageEstimator: [Double]] = [
      .centered: golden.centered, .standardized: golden.standardized,
      .leaveOneOut: golden.leaveOneOut,
      .batchStandardized: golden.batchStandardized, .maximumLikelihood: golden.maximumLikelihood,
    ]
    for estimator in AdvantageEstimator.allCases {
      let advantages = estimator.advantages(of: golden.groupedRewards).flatMap(\.self)
      #expect(isClose(advantages, try #require(expected[estimator]), within: .rounding))
    }
  }

  @Test(arguments: AdvantageEstimator.allCases)
  func `equal rewards carry no signal`(estimator: AdvantageEstimator) {
    #expect(estimator.advantages(of: [0.1, 0.1, 0.1]) == [0, 0, 0])
    #expect(
      estimator.advantages(of: [[0.1, 0.1, 0.1], [0, 1, 0.5]], epsilon: 0)[0] == [0, 0, 0])
  }

  @Test(arguments: AdvantageEstimator.allCases)
  func `a group of one has nothing to compare`(estimator: AdvantageEstimator) {
    #expect(estimator.advantages(of: [[1], [nil, 0.5], [0, 1]]).prefix(2) == [[0], [0, 0]])
  }

  @Test(arguments: AdvantageEstimator.allCases)
  func `the advantages of a group sum to zero`(estimator: AdvantageEstimator) {
    for advantages in estimator.advantages(of: [[1, 0, 0.25, nil], [0, 0.5, 0.125]]) {
      #expect(abs(advantages.reduce(0, +)) < .rounding)
      #expect(advantages.contains { abs($0) > 0.1 })
    }
  }

  @Test(arguments: AdvantageEstimator.allCases)
  func `unscored rollouts leave the statistics and get nothing`(estimator: AdvantageEstimator) {
    let scored = estimator.advantages(of: [[1, 0, 0], [0, 1, 0.5]])
    let mixed = estimator.advantages(of: [[1, nil, 0, 0], [0, 1, 0.5, nil], [nil, nil]])
    #expect([mixed[0][0], mixed[0][2], mixed[0][3]] == scored[0])
    #expect(Array(mixed[1].prefix(3)) == scored[1])
    #expect(mixed[0][1] == 0 && mixed[1][3] == 0 && mixed[2] == [0, 0])
  }

  @Test func `maximum likelihood weighs a rare success by its rarity`() {
    #expect(
      AdvantageEstimator.maximumLikelihood.advantages(of: [1, 0, 0, 0]) == [3, -1, -1, -1])
  }

  @Test func `a group without positive mean has no maximum-likelihood advantage`() {
    #expect(AdvantageEstimator.maximumLikelihood.advantages(of: [-1, 0, 1]) == [0, 0, 0])
  }

  @Test func `the deviation is that of a sample`() {
    // [1, 0]: mean 1/2, squares 1/2, sample deviation √(1/2), so the advantage is 1/2 / √(1/2).
    let advantages = AdvantageEstimator.standardized.advantages(of: [1, 0], epsilon: 0)
    let half = Double(0.5).squareRoot()
    #expect(isClose(advantages, [half, -half], within: .rounding))
  }
}
