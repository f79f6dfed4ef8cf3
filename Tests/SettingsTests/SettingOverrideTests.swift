import Settings
import Testing

@Suite struct SettingOverrideTests {
  @Test func `an override replaces one value`() throws {
    let settings = try sample(
      "rollout: { groupSize: 4, temperature: 0.5 }", set: "rollout.groupSize=16",
      "learningRate=3e-5", "name=second run", "tags=[p, q]", "extra.maxTokens=3",
      "objective.dualClip=null")
    #expect(settings.rollout.groupSize == 16)
    #expect(settings.rollout.temperature == 0.5)
    #expect(settings.learningRate == 3e-5)
    #expect(settings.name == "second run")
    #expect(settings.tags == ["p", "q"])
    #expect(settings.extra?.maxTokens == 3)
    #expect(settings.objective.dualClip == nil)
  }

  @Test func `the last override of a key wins`() throws {
    #expect(try sample("seed: 1", set: "seed=2", "seed=3").seed == 3)
  }

  @Test func `a list is entered by position`() throws {
    let settings = try sample(
      "rewards: [{ verifier: a }, { verifier: b }]", set: "rewards.1.weight=0.25")
    #expect(settings.rewards.map(\.weight) == [1, 0.25])
  }

  @Test func `a stage takes only the overrides below its name`() throws {
    let overrides = try ["reinforce.groupSize=16", "reinforce2.groupSize=32", "seed=1"].map {
      try SettingOverride(parsing: $0)
    }
    let settings = try SettingsOverlay.decode(
      RolloutSample.self, from: .empty, path: "reinforce", overrides: overrides)
    #expect(settings.groupSize == 16)
  }

  @Test func `a value may hold an equals sign and be empty`() throws {
    #expect(try sample("{}", set: "name=a=b").name == "a=b")
    #expect(try sample("limit: 5", set: "limit=").limit == nil)
  }

  @Test(arguments: [
    (
      "rollout.groupSzie=4",
      "unknown key 'rollout.groupSzie' (--set rollout.groupSzie=4). Did you mean 'groupSize'?"
    ),
    ("seed.x=4", "'seed' is a mapping of 1 (--set seed.x=4), but must be a whole number."),
    (
      "rewards.2.weight=1", "'rewards.2' names no element of a list of 1 (--set rewards.2.weight=1)"
    ),
    ("rewards.first.weight=1", "'rewards.first' names no element of a list of 1"),
    ("rollout.groupSize=1", "'rollout.groupSize' is 1 (--set rollout.groupSize=1), but"),
    ("seed", "'seed' is no override. Write it as path=value"),
    ("=4", "is no override"),
    ("a..b=4", "is no override"),
    ("a b=4", "is no override"),
    ("tags=[p", "not YAML (--set tags=[p)"),
  ])
  func `an override that fits nothing is an error`(text: String, message: String) {
    let error = #expect(throws: SettingsError.self) {
      try sample("rewards: [{ verifier: a }]", set: text)
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }
}
