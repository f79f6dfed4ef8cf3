import Foundation
import PolicyGradient
import Testing

@Suite struct ObjectiveTests {
  /// A sequence whose ratios lie inside, below and above the usual bounds, none of them near one.
  let logProbs = [-1.0, -0.4, -2.1, -0.9, -1.6]
  let oldLogProbs = [-1.1, -1.9, -1.2, -0.95, -1.5]
  let references = [-1.3, -0.2, -2.5, -1.4, -0.8]
  let entropies = [0.3, 1.1, 0.7, 0.2, 0.9]

  /// A preset with both optional terms switched on.
  func settings(_ preset: ObjectivePreset, _ estimator: KLEstimator) -> ObjectiveSettings {
    var settings = preset.settings
    settings.klCoefficient = 0.3
    settings.klEstimator = estimator
    settings.entropyCoefficient = 0.05
    settings.dualClip = 3
    return settings
  }

  // Not CISPO: its ratio is a constant of the slope and not of the value.
  @Test(arguments: ObjectivePreset.allCases.filter { $0 != .cispo }, [-0.7, 0.7])
  func `slopes are central differences of the loss`(
    preset: ObjectivePreset, advantage: Double
  ) {
    for estimator in KLEstimator.allCases {
      let objective = Objective(settings(preset, estimator))
      func loss(_ logProbs: [Double], _ slopes: inout [Double]) -> Double {
        objective.evaluate(
          logProbs: logProbs, oldLogProbs: oldLogProbs, referenceLogProbs: references,
          entropies: entropies, advantage: advantage, weight: 0.4, entropyWeight: 0.1,
          slopes: &slopes
        ).loss
      }
      var slopes: [Double] = []
      var unused: [Double] = []
      _ = loss(logProbs, &slopes)
      let step = 1e-5
      for index in logProbs.indices {
        var (above, below) = (logProbs, logProbs)
        above[index] += step
        below[index] -= step
        let difference = (loss(above, &unused) - loss(below, &unused)) / (2 * step)
        #expect(abs(slopes[index] - difference) < .finiteDifference)
      }
    }
  }

  @Test(arguments: [-0.7, 0.7])
  func `CISPO weighs the slope of REINFORCE with the held ratio`(advantage: Double) {
    var slopes: [Double] = []
    _ = Objective(ObjectivePreset.cispo.settings).evaluate(
      logProbs: [-1, -1, -1], oldLogProbs: [-1.1, -4, 2], referenceLogProbs: nil, entropies: [],
      advantage: advantage, weight: 0.5, entropyWeight: 0, slopes: &slopes)
    let weights: [Double] = [exp(0.1), 5, exp(-3)]
    #expect(isClose(slopes, weights.map { -0.5 * advantage * $0 }, within: .rounding))
  }

  @Test(arguments: ObjectivePreset.allCases, [-1.5, 0, 1.5])
  func `on the first update the ratio is 1 and nothing clips`(
    preset: ObjectivePreset, advantage: Double
  ) {
    var settings = preset.settings
    settings.klCoefficient = 0
    let objective = Objective(settings)
    var slopes: [Double] = []
    let diagnostics = objective.evaluate(
      logProbs: logProbs, oldLogProbs: logProbs, referenceLogProbs: nil, entropies: [],
      advantage: advantage, weight: 0.25, entropyWeight: 0, slopes: &slopes)
    // One ratio per sequence: the product's slope does not shrink with its 5 tokens.
    let perToken = preset == .rloo ? 5.0 : 1
    #expect(isClose(slopes, logProbs.map { _ in -advantage * 0.25 * perToken }, within: .rounding))
    #expect(diagnostics.clipFraction == 0)
    #expect(diagnostics.k1Sum == 0 && diagnostics.k3Sum == 0)
    #expect(diagnostics.largestLogRatio == 0)
  }

  @Test func `each bound is counted where it holds a token`() {
    var settings = ObjectivePreset.dapo.settings
    settings.dualClip = 3
    let objective = Objective(settings)
    func evaluate(_ advantage: Double) -> SequenceDiagnostics {
      var slopes: [Double] = []
      return objective.evaluate(
        logProbs: logProbs, oldLogProbs: oldLogProbs, referenceLogProbs: nil,
        entropies: entropies, advantage: advantage, weight: 1, entropyWeight: 1, slopes: &slopes)
    }
    // Log-ratios 0.1, 1.5, -0.9, 0.05, -0.1: the second is above log 3, the third below log 0.8.
    var sum = evaluate(1)
    #expect(sum.clippedHigh == 1 && sum.clippedLow == 0 && sum.dualClipped == 0)
    sum += evaluate(-1)
    #expect(sum.clippedHigh == 1 && sum.clippedLow == 1 && sum.dualClipped == 1)
    #expect(sum.tokens == 10)
    #expect(abs(sum.clipFraction - 0.3) < .rounding)
    #expect(abs(sum.largestLogRatio - 1.5) < .rounding)
    #expect(abs(sum.meanEntropy - 0.64) < .rounding)
    #expect(abs(sum.meanK1 - -0.13) < .rounding)
    #expect(sum.meanK3 > 0)
  }

  @Test(arguments: [-30.0, 30])
  func `a log-ratio beyond 20 nats passes no slope and stays finite`(logRatio: Double) {
    var settings = ObjectivePreset.drGrpo.settings
    settings.clipLow = 1
    settings.clipHigh = 1e30
    var slopes: [Double] = []
    // The sign of the advantage for which no bound of the clip is active.
    let diagnostics = Objective(settings).evaluate(
      logProbs: [-1, -31], oldLogProbs: [-1, -31 - logRatio], referenceLogProbs: nil,
      entropies: [], advantage: 1, weight: 1, entropyWeight: 0, slopes: &slopes)
    #expect(slopes == [-1, 0])
    #expect(diagnostics.loss.isFinite && diagnostics.k3Sum.isFinite)
  }

  @Test func `a sequence's log-ratio is held at 10 nats`() {
    var slopes: [Double] = []
    let diagnostics = Objective(ObjectivePreset.rloo.settings).evaluate(
      logProbs: [-1, -1, -1], oldLogProbs: [-9, -9, -9], referenceLogProbs: nil, entropies: [],
      advantage: -1, weight: 1.0 / 3, entropyWeight: 0, slopes: &slopes)
    #expect(slopes == [0, 0, 0])
    #expect(abs(diagnostics.loss - exp(10)) < exp(10) * .rounding)
  }

  @Test func `a log-probability that is not a number reaches the slope`() {
    for preset in ObjectivePreset.allCases where preset != .reinforce {
      var settings = preset.settings
      settings.klCoefficient = 0
      var slopes: [Double] = []
      _ = Objective(settings).evaluate(
        logProbs: [.nan], oldLogProbs: [-1], referenceLogProbs: nil, entropies: [], advantage: 1,
        weight: 1, entropyWeight: 0, slopes: &slopes)
      #expect(slopes[0].isNaN)
    }
  }

  @Test func `the entropy bonus is a mean over tokens, whatever the aggregation`() {
    var settings = ObjectivePreset.drGrpo.settings
    settings.entropyCoefficient = 0.2
    let objective = Objective(settings)
    let weight = objective.entropyWeight(lengths: [5, 15])
    #expect(abs(Double(objective.entropySlope(entropyWeight: weight)) - -0.01) < .elementwise)
    var slopes: [Double] = []
    let diagnostics = objective.evaluate(
      logProbs: logProbs, oldLogProbs: logProbs, referenceLogProbs: nil, entropies: entropies,
      advantage: 0, weight: 1, entropyWeight: weight, slopes: &slopes)
    #expect(abs(diagnostics.loss - -0.01 * 3.2) < .rounding)
  }

  @Test func `an empty sequence contributes nothing`() {
    var slopes: [Float] = [1]
    let diagnostics = Objective(ObjectivePreset.gspo.settings).evaluate(
      logProbs: [], oldLogProbs: [], referenceLogProbs: nil, entropies: [Float](), advantage: 1,
      weight: 0, entropyWeight: 1, slopes: &slopes)
    #expect(slopes.isEmpty)
    #expect(diagnostics == SequenceDiagnostics())
  }
}
