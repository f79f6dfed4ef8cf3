import Settings
import Testing

@Suite struct NearestNameTests {
  let names = ["groupSize", "temperature", "learningRate", "seed", "k1"]

  @Test(arguments: [
    ("groupSzie", "groupSize"), ("groupsize", "groupSize"), ("group", nil),
    ("tmperature", "temperature"),
    ("learnRate", "learningRate"), ("sed", "seed"), ("sede", "seed"), ("xyz", nil), ("k3", "k1"),
    ("", nil),
    (String(repeating: "a", count: 100_000), nil),
  ])
  func `a slip of the fingers finds the name that was meant`(typed: String, meant: String?) {
    #expect(closest(to: typed, in: names) == meant)
  }

  @Test func `the nearest wins, then the first`() {
    #expect(closest(to: "clipHight", in: ["clipLow", "clipHigh", "clipWeight"]) == "clipHigh")
    #expect(closest(to: "aXc", in: ["abc", "adc"]) == "abc")
  }
}
