import Testing

@testable import hone_verifier_code_runner

@Suite struct CodeTextTests {
  @Test(
    arguments: [
      ("x = 1", "x = 1"), ("```python\nx = 1\n```", "x = 1\n"),
      ("```Python title=a\nx\n```", "x\n"),
      ("a\r\n```py\r\nx\r\ny\r\n```\r\nb", "x\ny\n"), ("```{python}\nx\n```", "x\n"),
      ("```python\none\n```\n```python\ntwo\n```", "two\n"), ("```js\none\n```", "```js\none\n```"),
      ("```\none\n```\n```js\ntwo\n```", "one\n"), ("```python\nx", "x\n"),
      ("   ```python\nx\n   ```", "x\n"), ("```x``` is code", "```x``` is code"),
      ("`````python\n```\nx\n```\n`````", "```\nx\n```\n"), ("~~~\nx\n```\n~~~", "x\n```\n"),
      ("", ""),
    ])
  func `the code of a completion is its last block of the language`(
    completion: String, code: String
  ) {
    let names = Language.python.fenceNames.union(["{python}", ""]).subtracting([""])
    #expect(CodeText.code(in: completion, names: names) == code)
  }

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
