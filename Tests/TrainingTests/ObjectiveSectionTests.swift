import PolicyGradient
import Settings
import Tensors
import Testing
import Training

@Suite struct ObjectiveSectionTests {
  func objective(_ yaml: String) throws -> ObjectiveSettings {
    try SettingsOverlay.decode(
      ObjectiveSettings.self, from: SettingsTree.parse(yaml), path: "reinforce.objective")
  }

  @Test(arguments: ObjectivePreset.allCases)
  func `a preset in a file is the preset in code`(preset: ObjectivePreset) throws {
    #expect(try objective("preset: \(preset.rawValue)") == preset.settings)
  }

  @Test func `what is written beside a preset wins`() throws {
    var expected = ObjectivePreset.dapo.settings
    expected.clipHigh = 0.3
    expected.dualClip = 3
    expected.aggregation = .promptMean
    #expect(
      try objective("{ preset: dapo, clipHigh: 0.3, dualClip: 3, aggregation: promptMean }")
        == expected)
  }

  @Test(arguments: ObjectivePreset.allCases)
  func `a recorded objective reads back equal`(preset: ObjectivePreset) throws {
    #expect(try objective(try encodeYAML(preset.settings)) == preset.settings)
  }

  @Test func `rounded products need a ratio that corrects for them`() throws {
    func update(_ yaml: String) throws -> UpdateSettings {
      try SettingsOverlay.decode(
        UpdateSettings.self, from: SettingsTree.parse(yaml), path: "update")
    }
    let error = #expect(throws: SettingsError.self) {
      try update("productPrecision: int8\nobjective: { ratio: none }")
    }
    let text = error?.description ?? ""
    #expect(text.contains("'update.productPrecision' is 'int8' (line 1)"), "\(text)")
    #expect(text.contains("set another ratio, or 'productPrecision: float32'"), "\(text)")
    #expect(try update("productPrecision: int8").productPrecision == .int8)
    #expect(try update("objective: { ratio: none }").objective.ratio == .none)
  }

  @Test(arguments: [
    (
      "preset: grop",
      "'reinforce.objective.preset' is 'grop' (line 1). Did you mean 'grpo'?"
    ),
    ("preset: dapo\nclipHgh: 1", "unknown key 'reinforce.objective.clipHgh' (line 2)."),
    ("preset: dapo\nclipLow: 2", "'reinforce.objective.clipLow' is 2.0 (line 2), but a ratio"),
    ("preset: gspo\naggregation: tokenMean", "'reinforce.objective.aggregation' is 'tokenMean'"),
    ("advantage: centred", "Did you mean 'centered'?"),
  ])
  func `an objective that cannot be is refused with its place`(yaml: String, message: String) {
    let error = #expect(throws: SettingsError.self) { try objective(yaml) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }
}
