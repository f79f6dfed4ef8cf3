import Settings

/// Settings of every kind that a pipeline has.
struct SampleSettings: SettingsSection {
  enum Shape: String, Codable, CaseIterable { case constant, cosine }

  var name = "run"
  var seed = 7
  var learningRate = 1e-3
  var temperature: Float = 1
  var isVerbose = false
  var limit: Int?
  var shape = Shape.constant
  var rollout = RolloutSample()
  /// A section whose parent gives it other defaults than its own.
  var wideRollout = RolloutSample(groupSize: 64)
  /// A section that is absent by default.
  var extra: RolloutSample?
  var rewards: [RewardSample] = []
  var tags = ["a", "b"]
  var weights: [String: Double] = ["z": 1, "a": 2]
  var point = Point(x: 1, y: 2)
  var objective = ObjectiveSample()

  func validate() throws(InvalidSetting) {
    guard seed >= 0 else {
      throw InvalidSetting(key: "seed", value: "\(seed)", rule: "it must not be negative")
    }
  }
}

struct Point: Codable, Equatable, Sendable {
  var x: Int
  var y: Int
}

struct RolloutSample: SettingsSection {
  var groupSize = 8
  var temperature = 1.0
  var maxTokens: Int?

  init() {}
  init(groupSize: Int) { self.groupSize = groupSize }

  func validate() throws(InvalidSetting) {
    guard groupSize >= 2 else {
      throw InvalidSetting(
        key: "rollout.groupSize", value: "\(groupSize)",
        rule: "an advantage compares at least 2 completions")
    }
  }
}

struct RewardSample: SettingsSection {
  var verifier = ""
  var weight = 1.0

  func validate() throws(InvalidSetting) {
    guard !verifier.isEmpty else {
      throw InvalidSetting(key: "verifier", value: "''", rule: "it must name a verifier")
    }
  }
}

struct ObjectiveSample: PresetSettings {
  enum Preset: String, Codable, CaseIterable { case grpo, dapo }

  var preset: Preset?
  var clipHigh = 0.2
  var dualClip: Double? = 3

  static let presetNames = Preset.allCases.map(\.rawValue)
  static func preset(named name: String) -> ObjectiveSample? {
    guard let preset = Preset(rawValue: name) else { return nil }
    var settings = ObjectiveSample()
    settings.preset = preset
    settings.clipHigh = preset == .dapo ? 0.28 : 0.2
    settings.dualClip = nil
    return settings
  }

  func validate() throws(InvalidSetting) {}
}

/// Decodes the sample from YAML and overrides.
func sample(_ yaml: String, set overrides: String...) throws -> SampleSettings {
  try SettingsOverlay.decode(
    SampleSettings.self, from: SettingsTree.parse(yaml, file: "run.yaml"),
    overrides: overrides.map { try SettingOverride(parsing: $0) })
}
