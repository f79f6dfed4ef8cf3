import Foundation
import PolicyGradient
import Testing

@Suite struct KLEstimatorTests {
  @Test(arguments: KLEstimator.allCases)
  func `the slope is the derivative of the value`(estimator: KLEstimator) {
    for (logProb, old, reference) in [(-1.0, -1.2, -0.3), (-0.5, -0.5, -2.5), (-3, -2.5, -2.9)] {
      let step = 1e-5
      func value(_ logProb: Double) -> Double {
        estimator(logProb: logProb, oldLogProb: old, referenceLogProb: reference).value
      }
      let slope = estimator(logProb: logProb, oldLogProb: old, referenceLogProb: reference).slope
      let difference = (value(logProb + step) - value(logProb - step)) / (2 * step)
      #expect(abs(slope - difference) < .finiteDifference)
    }
  }

  @Test func `k3 is never negative`() {
    for x in stride(from: -30.0, through: 30, by: 0.01) {
      #expect(KLEstimator.k3(logProb: -1, oldLogProb: -1, referenceLogProb: -1 + x).value >= 0)
    }
  }

  @Test(arguments: KLEstimator.allCases, [-45.0, 45])
  func `beyond its limit a log-ratio is held and passes no slope`(
    estimator: KLEstimator, x: Double
  ) {
    let here = estimator(logProb: -50, oldLogProb: -50, referenceLogProb: -50 + x)
    let further = estimator(logProb: -50, oldLogProb: -50, referenceLogProb: -50 + x * 1.01)
    #expect(here.value == further.value)
    #expect(here.slope == 0)
    #expect(here.value.isFinite)
  }

  @Test func `k3 is held at 10 nats`() {
    let (value, slope) = KLEstimator.k3(logProb: -9, oldLogProb: -9, referenceLogProb: -1)
    #expect(value == 10)
    #expect(slope == 0)
  }

  // NeMo's vectors for a limit of 2: x = 3 is held at 2, where e² - 1 - 2 = 4.389056; x = 1 is not.
  @Test func `a held token passes no slope through the importance ratio either`() {
    let held = KLEstimator.correctedK3(
      logProb: -4, oldLogProb: -4, referenceLogProb: -1, limit: 2)
    let free = KLEstimator.correctedK3(
      logProb: -2, oldLogProb: -2, referenceLogProb: -1, limit: 2)
    #expect(abs(held.value - 4.389056) < .elementwise && held.slope == 0)
    #expect(abs(free.value - 0.7182818) < .elementwise && free.slope == -1)
  }

  @Test(arguments: KLEstimator.allCases)
  func `the expected slope is the one that is documented`(estimator: KLEstimator) throws {
    let golden = try GoldenLosses.read().enumeration
    let policy = logSoftmax(golden.logits)
    let reference = logSoftmax(golden.referenceLogits)
    // E[slope ∇logProb(y)] with ∂logProb(y)/∂z_v = 1[v = y] - p_v.
    var gradient = [Double](repeating: 0, count: policy.count)
    for y in policy.indices {
      let slope = estimator(
        logProb: policy[y], oldLogProb: policy[y], referenceLogProb: reference[y]
      ).slope
      for v in policy.indices {
        gradient[v] += exp(policy[y]) * slope * ((v == y ? 1 : 0) - exp(policy[v]))
      }
    }
    let expected =
      switch estimator {
      case .k1: [Double](repeating: 0, count: policy.count)
      case .k2, .correctedK3: golden.reverseGradient
      case .k3: golden.forwardGradient
      }
    #expect(isClose(gradient, expected, within: .finiteDifference))
  }
}

/// Log-probabilities of a softmax.
func logSoftmax(_ logits: [Double]) -> [Double] {
  let normalizer = log(logits.reduce(0) { $0 + exp($1) })
  return logits.map { $0 - normalizer }
}
