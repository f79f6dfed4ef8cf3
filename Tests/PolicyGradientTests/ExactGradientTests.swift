import Foundation
import PolicyGradient
import Testing

/// A policy over sequences of two tokens of three symbols, small enough to enumerate.
///
/// The first token has its own logits; the second has one row of logits per first token.
private struct TinyPolicy {
  static let first = [0.3, -0.5, 0.9]
  static let second = [[0.1, 0.7, -0.2], [-0.6, 0.4, 0.2], [0.8, -0.3, 0]]
  /// Rewards `[first, second]`.
  static let rewards = [[1.0, 0, 0.25], [0, 0.5, 0], [0, 1, 0]]

  struct Outcome {
    let probability: Double
    let logProbs: [Double]
    let reward: Double
    /// ∂logProb of each token / ∂ all 12 logits.
    let gradients: [[Double]]
  }

  static let outcomes: [Outcome] = (0..<9).map { index in
    let (a, b) = (index / 3, index % 3)
    let rows = [logSoftmax(first), logSoftmax(second[a])]
    var gradients = [[Double]](repeating: [Double](repeating: 0, count: 12), count: 2)
    for v in 0..<3 {
      gradients[0][v] = (v == a ? 1 : 0) - exp(rows[0][v])
      gradients[1][3 + 3 * a + v] = (v == b ? 1 : 0) - exp(rows[1][v])
    }
    let logProbs = [rows[0][a], rows[1][b]]
    return Outcome(
      probability: exp(logProbs[0] + logProbs[1]), logProbs: logProbs, reward: rewards[a][b],
      gradients: gradients)
  }

  /// ∂E[reward]/∂logits: `Σ probability · reward · ∇log probability`.
  static let trueGradient: [Double] = (0..<12).map { parameter in
    outcomes.reduce(0) {
      $0 + $1.probability * $1.reward * ($1.gradients[0][parameter] + $1.gradients[1][parameter])
    }
  }
}

@Suite struct ExactGradientTests {
  /// -∂loss/∂logits, expected over all groups of `groupSize` outcomes.
  func expectedGradient(
    _ settings: ObjectiveSettings, groupSize: Int, advantages: ([Double]) -> [Double]
  ) -> [Double] {
    let objective = Objective(settings)
    let outcomes = TinyPolicy.outcomes
    let weights = objective.weights(
      lengths: [Int](repeating: 2, count: groupSize),
      promptOf: [Int](repeating: 0, count: groupSize), maximumLength: 2)
    var gradient = [Double](repeating: 0, count: 12)
    let groups = Int(pow(9, Double(groupSize)))
    for group in 0..<groups {
      var remainder = group
      let members = (0..<groupSize).map { _ in
        defer { remainder /= 9 }
        return outcomes[remainder % 9]
      }
      let probability = members.reduce(1) { $0 * $1.probability }
      let advantages = advantages(members.map(\.reward))
      for (index, member) in members.enumerated() {
        var slopes: [Double] = []
        _ = objective.evaluate(
          logProbs: member.logProbs, oldLogProbs: member.logProbs, referenceLogProbs: nil,
          entropies: [], advantage: advantages[index], weight: weights[index], entropyWeight: 0,
          slopes: &slopes)
        for parameter in gradient.indices {
          for token in 0..<2 {
            gradient[parameter] -=
              probability * slopes[token] * member.gradients[token][parameter]
          }
        }
      }
    }
    return gradient
  }

  var sequenceSum: ObjectiveSettings {
    var settings = ObjectivePreset.reinforce.settings
    settings.aggregation = .sequenceTokenSum
    return settings
  }

  @Test func `REINFORCE on the bare reward follows the true gradient`() {
    let gradient = expectedGradient(sequenceSum, groupSize: 1) { $0 }
    #expect(isClose(gradient, TinyPolicy.trueGradient, within: .rounding))
  }

  @Test(arguments: [2, 3])
  func `the leave-one-out baseline does not bend the gradient`(groupSize: Int) {
    let gradient = expectedGradient(sequenceSum, groupSize: groupSize) {
      AdvantageEstimator.leaveOneOut.advantages(of: $0)
    }
    #expect(isClose(gradient, TinyPolicy.trueGradient, within: .rounding))
  }

  @Test(arguments: [2, 3])
  func `the group's own mean shortens the gradient by one part in the group`(groupSize: Int) {
    let gradient = expectedGradient(sequenceSum, groupSize: groupSize) {
      AdvantageEstimator.centered.advantages(of: $0)
    }
    let shrink = 1 - 1 / Double(groupSize)
    #expect(isClose(gradient, TinyPolicy.trueGradient.map { $0 * shrink }, within: .rounding))
  }

  @Test func `RLOO's sequence ratio follows the true gradient on its own samples`() {
    let gradient = expectedGradient(ObjectivePreset.rloo.settings, groupSize: 2) {
      AdvantageEstimator.leaveOneOut.advantages(of: $0)
    }
    #expect(isClose(gradient, TinyPolicy.trueGradient, within: .rounding))
  }

  @Test func `dividing by the deviation bends the gradient`() {
    let gradient = expectedGradient(sequenceSum, groupSize: 3) {
      AdvantageEstimator.standardized.advantages(of: $0)
    }
    let truth = TinyPolicy.trueGradient
    let dot = zip(gradient, truth).reduce(0) { $0 + $1.0 * $1.1 }
    let norms = [gradient, truth].map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let cosine = dot / (norms[0] * norms[1])
    #expect(cosine > 0.9 && cosine < 0.9999)
  }
}
