import Settings
import Testing

@Suite struct SettingsOverlayTests {
  @Test func `what is not written keeps its default`() throws {
    let settings = try sample("seed: 9\nrollout: { temperature: 0.5 }")
    var expected = SampleSettings()
    expected.seed = 9
    expected.rollout.temperature = 0.5
    #expect(settings == expected)
  }

  @Test func `every kind of value is read`() throws {
    let settings = try sample(
      """
      name: first run
      seed: 1_000
      learningRate: 3e-5
      temperature: 0.7
      isVerbose: true
      limit: 1e3
      shape: cosine
      extra: { maxTokens: 24 }
      rewards:
        - verifier: arithmetic
        - { verifier: format, weight: 0.1 }
      tags: [x]
      weights: { b: 0.5 }
      point: { x: 3, y: -4 }
      """)
    var expected = SampleSettings()
    expected.name = "first run"
    expected.seed = 1000
    expected.learningRate = 3e-5
    expected.temperature = 0.7
    expected.isVerbose = true
    expected.limit = 1000
    expected.shape = .cosine
    expected.extra = RolloutSample()
    expected.extra?.maxTokens = 24
    expected.rewards = [
      RewardSample(verifier: "arithmetic"), RewardSample(verifier: "format", weight: 0.1),
    ]
    expected.tags = ["x"]
    expected.weights = ["b": 0.5]
    expected.point = Point(x: 3, y: -4)
    #expect(settings == expected)
  }

  @Test func `a nested section keeps the defaults of its parent`() throws {
    let settings = try sample("wideRollout: { temperature: 0.5 }")
    #expect(settings.wideRollout.groupSize == 64)
    #expect(settings.wideRollout.temperature == 0.5)
  }

  @Test func `a section written without content is all defaults`() throws {
    #expect(try sample("rollout:\nobjective: {}") == SampleSettings())
    #expect(
      try SettingsOverlay.decode(RolloutSample.self, from: .null) == RolloutSample())
  }

  @Test func `null takes a value away where it may be absent`() throws {
    #expect(try sample("objective: { dualClip: null }").objective.dualClip == nil)
    #expect(try sample("objective: { dualClip: ~ }").objective.dualClip == nil)
    expectError("'seed' is null (run.yaml, line 1), but must be a whole number.", "seed: null")
  }

  @Test func `a quoted word is a text`() throws {
    #expect(try sample("name: '12'").name == "12")
    #expect(try sample("name: 12").name == "12")
    #expect(try sample("name: 'null'").name == "null")
    expectError(
      "'seed' is the text '12' (run.yaml, line 1), but must be a whole number.", "seed: '12'")
  }

  @Test func `a preset gives the defaults, what is written beside it wins`() throws {
    let settings = try sample("objective: { preset: dapo }").objective
    #expect(settings.preset == .dapo && settings.clipHigh == 0.28 && settings.dualClip == nil)
    let changed = try sample("objective: { dualClip: 5, preset: dapo }").objective
    #expect(changed.clipHigh == 0.28 && changed.dualClip == 5)
    let overridden = try sample("objective: { preset: grpo }", set: "objective.preset=dapo")
    #expect(overridden.objective.clipHigh == 0.28)
  }

  @Test(arguments: [
    (
      "rollout:\n  temperature: 1\n  groupSzie: 4",
      "unknown key 'rollout.groupSzie' (run.yaml, line 3). Did you mean 'groupSize'?"
    ),
    ("objective: { dualClp: 4 }", "Did you mean 'dualClip'?"),
    ("limti: 3", "unknown key 'limti' (run.yaml, line 1). Did you mean 'limit'?"),
    (
      "rollout: { colour: red }",
      "unknown key 'rollout.colour' (run.yaml, line 1). Known keys: groupSize, temperature, maxTokens."
    ),
    ("extra: { maxTokenz: 1 }", "unknown key 'extra.maxTokenz'"),
    ("rewards: [{ verifier: x, wait: 1 }]", "unknown key 'rewards.0.wait'"),
    ("point: { x: 1, y: 2, z: 3 }", "unknown key 'point.z'"),
    ("point: { x: 1 }", "'point.y' is missing (run.yaml, line 1), and has no default."),
  ])
  func `a key that nothing reads, or that lacks, is an error`(yaml: String, message: String) {
    expectError(message, yaml)
  }

  @Test(arguments: [
    ("\nseed: many", "'seed' is 'many' (run.yaml, line 2), but must be a whole number."),
    ("seed: 1.5", "'seed' is '1.5'"),
    ("seed: 99999999999999999999", "must be a whole number"),
    ("seed: [1]", "'seed' is a list of 1"),
    (
      "learningRate: .nan",
      "'learningRate' is '.nan' (run.yaml, line 1), but must be a finite number."
    ),
    ("learningRate: 1e999", "must be a finite number"),
    ("temperature: 1e39", "must be a finite number"),
    ("learningRate: 0x10", "must be a finite number"),
    ("isVerbose: yes", "'isVerbose' is 'yes' (run.yaml, line 1), but must be true or false."),
    ("rollout: 5", "'rollout' is '5' (run.yaml, line 1), but must be a mapping."),
    (
      "rewards: { verifier: x }",
      "'rewards' is a mapping of 1 (run.yaml, line 1), but must be a list."
    ),
    ("rewards: [{ verifier: x, weight: heavy }]", "'rewards.0.weight' is 'heavy'"),
    ("weights: { b: heavy }", "'weights.b' is 'heavy'"),
    ("shape: cosin", "'shape' is 'cosin' (run.yaml, line 1). Did you mean 'cosine'?"),
    ("shape: square", "'shape' is 'square' (run.yaml, line 1). Known values: constant, cosine."),
    (
      "objective: { preset: drpo }",
      "'objective.preset' is 'drpo' (run.yaml, line 1). Did you mean 'grpo'?"
    ),
    ("objective: { preset: [dapo] }", "'objective.preset' is a list of 1"),
  ])
  func `a value of another type is an error`(yaml: String, message: String) {
    expectError(message, yaml)
  }

  @Test(arguments: [
    ("seed: -1", "'seed' is -1 (run.yaml, line 1), but it must not be negative."),
    (
      "rollout:\n  groupSize: 1",
      "'rollout.groupSize' is 1 (run.yaml, line 2), but an advantage compares at least 2 completions."
    ),
    ("wideRollout:\n  groupSize: 0", "'wideRollout.rollout.groupSize' is 0"),
    ("rewards: [{ weight: 2 }]", "'rewards.0.verifier' is '' (run.yaml, line 1)"),
  ])
  func `every section inside is validated`(yaml: String, message: String) {
    expectError(message, yaml)
  }

  @Test func `a path given to a section leads its errors`() throws {
    let error = #expect(throws: SettingsError.self) {
      try SettingsOverlay.decode(
        RolloutSample.self, from: SettingsTree.parse("groupSize: 1"), path: "reinforce.rollout")
    }
    #expect(error?.description.hasPrefix("'reinforce.rollout.groupSize' is 1 (line 1)") == true)
  }

  func expectError(
    _ message: String, _ yaml: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: SettingsError.self, sourceLocation: sourceLocation) {
      try sample(yaml)
    }
    #expect(
      error?.description.contains(message) == true, "\(error?.description ?? "no error")",
      sourceLocation: sourceLocation)
  }
}
