import Settings
import Testing

@testable import Policies

@Suite struct SamplingSettingsTests {
  struct Bad: CustomTestStringConvertible, Sendable {
    let key: String
    let change: @Sendable (inout SamplingSettings) -> Void
    var testDescription: String { key }
  }

  static let bad = [
    Bad(key: "temperature") { $0.temperature = -0.1 },
    Bad(key: "temperature") { $0.temperature = .nan },
    Bad(key: "temperature") { $0.temperature = .infinity },
    // As float32 it is 0, and nothing can be divided by it.
    Bad(key: "temperature") { $0.temperature = 1e-50 },
    Bad(key: "temperature") { $0.temperature = 1e50 },
    Bad(key: "maxCompletionTokens") { $0.maxCompletionTokens = 0 },
    Bad(key: "topK") { $0.topK = -1 }, Bad(key: "topP") { $0.topP = 0 },
    Bad(key: "topP") { $0.topP = 1.01 }, Bad(key: "topP") { $0.topP = .nan },
    Bad(key: "maxRows") { $0.maxRows = 0 }, Bad(key: "maxRows") { $0.maxRows = 4097 },
    Bad(key: "stopTexts") { $0.stopTexts = ["a", ""] },
  ]

  @Test(arguments: bad)
  func `a value out of range is refused by its name`(bad: Bad) {
    var settings = SamplingSettings()
    bad.change(&settings)
    let error = #expect(throws: InvalidSetting.self) { try settings.validate() }
    #expect(error?.key == bad.key)
  }

  @Test func `the defaults and greedy decoding are fine`() throws {
    var settings = SamplingSettings()
    try settings.validate()
    settings.temperature = 0
    try settings.validate()
    #expect(settings.isFullSupport)
  }
}
