import PolicyGradient
import Testing

/// One row of the golden losses, as settings.
struct GoldenRow: CustomTestStringConvertible {
  let name: String
  var ratio = ObjectiveSettings.Ratio.token
  var range = ClipRange(low: 0.2, high: 0.2)
  var dualClip: Double?
  var aggregation = LossAggregation.tokenMean
  var kl: KLEstimator?

  var testDescription: String { name }

  var settings: ObjectiveSettings {
    var settings = ObjectiveSettings()
    settings.advantage = ratio == .sequenceProduct ? .leaveOneOut : .standardized
    settings.ratio = ratio
    settings.clipLow = range.low
    settings.clipHigh = range.high
    settings.dualClip = dualClip
    settings.aggregation = aggregation
    if let kl {
      settings.klCoefficient = 0.1
      settings.klEstimator = kl
    }
    return settings
  }

  static let wide = ClipRange(low: 0.2, high: 0.28)
  static let all: [GoldenRow] = [
    GoldenRow(name: "ppo_clip(.2,.28)/token-mean", range: wide),
    GoldenRow(
      name: "ppo_clip(.2,.28)/seq-mean-token-mean-B", range: wide, aggregation: .sequenceMean),
    GoldenRow(name: "ppo_clip(.2,.28)/const-len", range: wide, aggregation: .constantLength),
    GoldenRow(
      name: "ppo_clip(.2,.28)/seq-mean-token-sum", range: wide, aggregation: .sequenceTokenSum),
    GoldenRow(name: "ppo_clip(.2,.28)/prompt-mean", range: wide, aggregation: .promptMean),
    GoldenRow(name: "ppo_dual_clip(.2,.2,c=3)/token-mean", dualClip: 3),
    GoldenRow(name: "ppo_dual_clip(.2,.2,c=1.2)/token-mean", dualClip: 1.2),
    // A two-sided bound above 1 + high holds exactly where a dual clip of the same value does.
    GoldenRow(name: "ppo_two_sided(delta=1.5)/token-mean", dualClip: 1.5),
    GoldenRow(name: "reinforce/token-mean", ratio: .none),
    GoldenRow(
      name: "reinforce/seq-mean-token-sum", ratio: .none, aggregation: .sequenceTokenSum),
    GoldenRow(name: "rloo_seq_clip(.2)/mean", ratio: .sequenceProduct, aggregation: .sequenceMean),
    GoldenRow(
      name: "cispo_trl(max=1.28)/token-mean [sg weight]", ratio: .constantToken,
      range: ClipRange(low: 1, high: 0.28)),
    GoldenRow(
      name: "cispo_verl[.8,1.28]/token-mean [sg weight]", ratio: .constantToken, range: wide),
    GoldenRow(
      name: "cispo_scalerl(max=4)/prompt-mean [sg weight]", ratio: .constantToken,
      range: ClipRange(low: 1, high: 3), aggregation: .promptMean),
    GoldenRow(
      name: "gspo(.05,.05)/seq-mean", ratio: .sequenceMean,
      range: ClipRange(low: 0.05, high: 0.05), aggregation: .sequenceMean),
    GoldenRow(
      name: "gspo(3e-4,4e-4)/seq-mean", ratio: .sequenceMean,
      range: ClipRange(low: 3e-4, high: 4e-4), aggregation: .sequenceMean),
    GoldenRow(name: "kl_k1(beta=.1)/token-mean", ratio: .none, kl: .k1),
    GoldenRow(name: "kl_k2(beta=.1)/token-mean", ratio: .none, kl: .k2),
    GoldenRow(name: "kl_k3(beta=.1)/token-mean", ratio: .none, kl: .k3),
    GoldenRow(name: "kl_k3_is(beta=.1)/token-mean", ratio: .none, kl: .correctedK3),
  ]
}

@Suite struct ObjectiveGoldenTests {
  let golden: GoldenLosses

  init() throws { golden = try GoldenLosses.read() }

  @Test(arguments: GoldenRow.all)
  func `loss and slopes are those of the reference`(row: GoldenRow) throws {
    let expected = try #require(golden.losses[row.name])
    let inputs = golden.inputs
    let objective = Objective(row.settings)
    let advantages = objective.advantages(of: inputs.groupedRewards).flatMap(\.self)
    let weights = objective.weights(
      lengths: inputs.lengths, promptOf: inputs.promptOf, maximumLength: 8)
    var loss = 0.0
    for (index, length) in inputs.lengths.enumerated() {
      var slopes: [Double] = []
      loss +=
        objective.evaluate(
          logProbs: Array(inputs.logProbs[index].prefix(length)),
          oldLogProbs: Array(inputs.oldLogProbs[index].prefix(length)),
          referenceLogProbs: Array(inputs.referenceLogProbs[index].prefix(length)), entropies: [],
          advantage: row.kl == nil ? advantages[index] : 0,
          weight: weights[index], entropyWeight: 0, slopes: &slopes
        ).loss
      #expect(isClose(slopes, Array(expected.slopes[index].prefix(length)), within: .rounding))
    }
    #expect(abs(loss - expected.loss) < .rounding)
  }

  @Test(arguments: GoldenRow.all)
  func `float32 inputs give the same to six places`(row: GoldenRow) throws {
    let expected = try #require(golden.losses[row.name])
    let inputs = golden.inputs
    let objective = Objective(row.settings)
    let advantages = objective.advantages(of: inputs.groupedRewards).flatMap(\.self)
    let weights = objective.weights(
      lengths: inputs.lengths, promptOf: inputs.promptOf, maximumLength: 8)
    var loss = 0.0
    for (index, length) in inputs.lengths.enumerated() {
      var slopes: [Float] = [.nan]  // overwritten
      loss +=
        objective.evaluate(
          logProbs: inputs.logProbs[index].prefix(length).map { Float($0) },
          oldLogProbs: inputs.oldLogProbs[index].prefix(length).map { Float($0) },
          referenceLogProbs: inputs.referenceLogProbs[index].prefix(length).map { Float($0) },
          entropies: [], advantage: row.kl == nil ? advantages[index] : 0,
          weight: weights[index], entropyWeight: 0, slopes: &slopes
        ).loss
      #expect(
        isClose(
          slopes.map(Double.init), Array(expected.slopes[index].prefix(length)),
          within: .elementwise
        ))
    }
    #expect(abs(loss - expected.loss) < .elementwise)
  }
}
