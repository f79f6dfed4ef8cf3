import Testing

@testable import Runs

@Suite struct TextTableTests {
  @Test func `a text moves no cursor, and stays on its line`() {
    let hostile = "a\u{1B}[31m\nb\u{202E}c"
    #expect(TextTable.columns([["x", hostile], ["y", "z"]]) == "x  a?[31m⏎b?c\ny  z")
    #expect(
      TextTable.lines([(hostile, "1"), ("n", hostile)]) == """
        a?[31m⏎b?c  1
        n           a?[31m⏎b?c
        """)
  }

  @Test func `wide letters keep columns aligned`() {
    #expect(TextTable.lines([("数", "1"), ("n", "2")]) == "数  1\nn   2")
    #expect(TextTable.columns([["数", "1"], ["n", "2"]]) == "数  1\nn   2")
  }
}
