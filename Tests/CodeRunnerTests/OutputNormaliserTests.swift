import Testing

@testable import hone_verifier_code_runner

@Suite struct OutputNormaliserTests {
  @Test(
    arguments: [
      (OutputNormaliser.exact, "a\n", "a\n", true), (.exact, "a", "a\n", false),
      (.lines, "a  \r\nb\t\n\n", "a\nb", true), (.lines, " a", "a", false),
      (.lines, "a\n\nb", "a\nb", false),
      (.lines, "", "\n\n", true), (.lines, "a b", "a  b", false),
      (.tokens, " a\n\nb ", "a b", true),
      (.tokens, "ab", "a b", false), (.tokens, "1.0", "1", false), (.tokens, "", " \n", true),
    ])
  func `a normaliser says what counts`(
    normaliser: OutputNormaliser, output: String, expected: String, isSame: Bool
  ) {
    let (output, expected) = (Array(output.utf8), Array(expected.utf8))
    #expect(normaliser.matches(output, expected, tolerance: nil) == isSame)
    #expect(normaliser.matches(expected, output, tolerance: nil) == isSame)
  }

  @Test func `bytes that are no text are compared as bytes`() {
    #expect(OutputNormaliser.lines.matches([0xFF, 0x0A], [0xFF], tolerance: nil))
    #expect(!OutputNormaliser.lines.matches([0xFF], [0xFE], tolerance: nil))
    #expect(
      !OutputNormaliser.lines.matches(Array("e\u{301}".utf8), Array("\u{e9}".utf8), tolerance: nil))
  }
}
