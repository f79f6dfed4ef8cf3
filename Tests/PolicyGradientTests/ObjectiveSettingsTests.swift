import PolicyGradient
import Testing

@Suite struct ObjectiveSettingsTests {
  @Test func `the defaults and all presets are valid for a group of two with a reference`() throws {
    for settings in [ObjectiveSettings()] + ObjectivePreset.allCases.map(\.settings) {
      try settings.check(groupSize: 2, hasReference: true, maximumLength: 16)
    }
  }

  @Test func `presets differ in what their papers say`() {
    func objective(_ preset: ObjectivePreset) -> Objective { Objective(preset.settings) }
    #expect(ObjectivePreset.allCases.filter { objective($0).needsReference } == [.grpo])
    #expect(ObjectivePreset.allCases.filter { objective($0).needsWholeSequence } == [.rloo, .gspo])
    #expect(
      ObjectivePreset.allCases.filter { $0.settings.advantage == .standardized }
        == [.grpo, .dapo, .gspo, .cispo])
    #expect(ObjectivePreset.rloo.settings.advantage == .leaveOneOut)
    #expect(ObjectivePreset.reinforce.settings.ratioRule == .none)
    #expect(ObjectivePreset.cispo.settings.ratioRule == .cispo(low: 0, high: 5))
    #expect(
      ObjectivePreset.dapo.settings.ratioRule
        == .ppoClip(ClipRange(low: 0.2, high: 0.28), dualClip: nil))
    #expect(
      ObjectivePreset.allCases.map(\.settings.aggregation) == [
        .tokenMean, .sequenceMean, .sequenceMean, .constantLength, .tokenMean, .sequenceMean,
        .tokenMean,
      ])
    for preset in ObjectivePreset.allCases { #expect(preset.settings.preset == preset) }
  }

  @Test func `constant length falls back to the limit of a completion`() {
    var settings = ObjectivePreset.drGrpo.settings
    #expect(Objective(settings).weights(lengths: [3], promptOf: [0], maximumLength: 8) == [0.125])
    settings.constantLength = 4
    #expect(Objective(settings).weights(lengths: [3], promptOf: [0], maximumLength: 8) == [0.25])
  }

  @Test func `a group of one is refused`() {
    expectRefusal("nothing to compare", groupSize: 1) { _ in }
  }

  @Test func `a KL without a reference policy is refused`() {
    expectRefusal("'objective.klCoefficient' is 0.04, but there is no reference policy") {
      $0 = ObjectivePreset.grpo.settings
    }
  }

  @Test func `a constant length that nobody knows is refused`() {
    expectRefusal("'objective.aggregation' is 'constantLength', but there is no length") {
      $0.aggregation = .constantLength
    }
  }

  @Test func `a sequence ratio with a token aggregation is refused`() {
    expectRefusal("ratio 'sequenceMean' gives each sequence one loss") {
      $0.ratio = .sequenceMean
    }
  }

  @Test func `a length that nothing uses is refused`() {
    expectRefusal("aggregation 'tokenMean' does not use it") { $0.constantLength = 8 }
  }

  @Test(arguments: [-0.1, 1.1, .nan, .infinity])
  func `a lower clip outside 0...1 is refused`(value: Double) {
    expectRefusal("'objective.clipLow' is \(value)") { $0.clipLow = value }
  }

  @Test(arguments: [1, 0, .nan])
  func `a dual clip that is not above 1 is refused`(value: Double) {
    expectRefusal("'objective.dualClip' is \(value)") { $0.dualClip = value }
  }

  @Test(arguments: [-1, .nan, .infinity])
  func `weights and epsilons that mean nothing are refused`(value: Double) {
    expectRefusal("'objective.clipHigh' is \(value)") { $0.clipHigh = value }
    expectRefusal("'objective.klCoefficient' is \(value)") { $0.klCoefficient = value }
    expectRefusal("'objective.standardDeviationEpsilon' is \(value)") {
      $0.standardDeviationEpsilon = value
    }
    expectRefusal("'objective.constantLength' is 0") {
      $0.aggregation = .constantLength
      $0.constantLength = 0
    }
    expectRefusal("'objective.entropyCoefficient' is nan") { $0.entropyCoefficient = .nan }
  }

  /// Expects that changed defaults are refused, with a message that holds `message`.
  func expectRefusal(
    _ message: String, groupSize: Int = 4, sourceLocation: SourceLocation = #_sourceLocation,
    _ change: (inout ObjectiveSettings) -> Void
  ) {
    var settings = ObjectiveSettings()
    change(&settings)
    let error = #expect(throws: InvalidObjective.self, sourceLocation: sourceLocation) {
      try settings.check(groupSize: groupSize, hasReference: false, maximumLength: nil)
    }
    #expect(
      error?.description.contains(message) == true, "\(error?.description ?? "")",
      sourceLocation: sourceLocation)
  }
}
