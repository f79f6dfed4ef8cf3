import Testing

@testable import Pipelines

@Suite struct ProcessorFactsTests {
  private static func text(flags: String) -> String {
    """
    processor\t: 0
    model name\t: Some Processor @ 2.0GHz
    flags\t\t: fpu sse \(flags)

    processor\t: 1
    model name\t: Another
    """
  }

  private static let avx2 = "avx2 fma bmi1 bmi2 f16c movbe"

  @Test(arguments: [
    ("", "baseline"), ("avx avx2", "baseline"), (avx2, "avx2"),
    (avx2 + " avx512f", "avx2"),
    (avx2 + " avx512f avx512bw avx512cd avx512dq avx512vl", "avx512"),
  ])
  func `the widest vectors follow from the flags`(flags: String, vectors: String) {
    let facts = ProcessorFacts(Self.text(flags: flags))
    #expect(facts.vectors == vectors)
    #expect(facts.name == "Some Processor @ 2.0GHz")
  }

  @Test(arguments: ["", "x", ":", "model name", "flags:"])
  func `a text of another kind has no facts`(text: String) {
    let facts = ProcessorFacts(text)
    #expect(facts.name == nil)
    #expect(facts.vectors == "baseline")
  }
}
