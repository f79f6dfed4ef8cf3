import Settings
import Testing

@Suite struct SettingsYAMLTests {
  @Test func `resolved settings are complete and in the order of declaration`() throws {
    #expect(
      try encodeYAML(SampleSettings()) == """
        name: run
        seed: 7
        learningRate: 0.001
        temperature: 1.0
        isVerbose: false
        limit: null
        shape: constant
        rollout:
          groupSize: 8
          temperature: 1.0
          maxTokens: null
        wideRollout:
          groupSize: 64
          temperature: 1.0
          maxTokens: null
        extra: null
        rewards: []
        tags:
          - a
          - b
        weights:
          a: 2.0
          z: 1.0
        point:
          x: 1
          y: 2
        objective:
          preset: null
          clipHigh: 0.2
          dualClip: 3.0

        """)
  }

  @Test(arguments: [
    "plain", "two words", "", "12", "-3", "1e5", "true", "No", "null", "~", "a: b", "# no comment",
    "- item", "[x]", "{x}", "*star", "&and", "!tag", "'single'", "\"double\"", "back\\slash",
    "line\nbreak", "tab\there", "bell\u{7}", "é 漢 🙂", "\u{85}\u{2028}\u{FEFF}", " spaces ", "0x10",
    "%", "@", "`", "a#b", "path/to/file.yaml", "inf", ".nan",
  ])
  func `a text reads back as it was`(text: String) throws {
    var settings = SampleSettings()
    settings.name = text
    settings.tags = [text, text]
    settings.weights = [text: 1]
    let yaml = try encodeYAML(settings)
    #expect(try sample(yaml) == settings)
  }

  @Test(arguments: [0.1, 1e-300, 1e300, -0.0, 123456789.123456789])
  func `a number reads back bit by bit`(number: Double) throws {
    var settings = SampleSettings()
    settings.learningRate = number
    settings.temperature = 0.1
    let read = try sample(try encodeYAML(settings))
    #expect(read.learningRate.bitPattern == number.bitPattern)
    #expect(read.temperature == 0.1)
  }

  @Test func `what was changed reads back equal`() throws {
    let settings = try sample(
      """
      seed: 3
      extra: { groupSize: 4 }
      rewards: [{ verifier: arithmetic }, { verifier: format, weight: 0.1 }]
      objective: { preset: dapo, clipHigh: 0.3 }
      """)
    #expect(try sample(try encodeYAML(settings)) == settings)
  }
}
