import Testing

@testable import VerifierKit

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
    let names = Set(["python", "python3", "py"])
    #expect(CodeText.code(in: completion, names: names) == code)
  }

  @Test func `blocks have their names, and whether they end`() {
    let text = "a\n```py\nx\n```\nb\n~~~\ny\n~~~\n```C\nz"
    #expect(
      CodeText.blocks(in: text) == [
        CodeText.Block(name: "py", text: "x\n", isClosed: true),
        CodeText.Block(name: "", text: "y\n", isClosed: true),
        CodeText.Block(name: "c", text: "z\n", isClosed: false),
      ])
    #expect(CodeText.blocks(in: "no block").isEmpty)
  }
}
