import Testing

@testable import Runs

@Suite struct TableLayoutTests {
  private let long = String(repeating: "x", count: 30)

  @Test func `a table that fits is as it is without a width`() {
    let rows = [["run", "status"], ["a", "finished"]]
    #expect(TextTable.columns(rows, within: 13) == TextTable.columns(rows))
    #expect(TextTable.columns(rows) == "run  status\na    finished")
  }

  @Test func `the widest columns are cut, as far as the width asks for`() {
    // 30 + 2 + 26 + 2 + 1 = 61 columns; at 54, the two wide ones have 49, so 24 each.
    let row = [long, String(repeating: "y", count: 26), "1"]
    let cut = TextTable.columns([row], within: 54)
    #expect(
      cut == String(repeating: "x", count: 23) + "…  " + String(repeating: "y", count: 23) + "…  1")
  }

  @Test func `only what is too wide is cut`() {
    let cut = TextTable.columns([[long, "finished"], ["a", "b"]], within: 32)
    #expect(
      cut == String(repeating: "x", count: 21) + "…  finished\na"
        + String(repeating: " ", count: 23)
        + "b")
  }

  @Test func `a row that does not fit goes on in lines that are indented`() {
    let rows = [["name", "state", "time", "note"], [long, "waiting", "2026-11-23", "none"]]
    #expect(
      TextTable.columns(rows, within: 40) == """
        name                            state
          time        note
        \(long)  waiting
          2026-11-23  none
        """)
  }

  @Test func `a row that has nothing more ends`() {
    let text = TextTable.columns([[long, "1", ""], [long], [long, "", "3"]], within: 24)
    let name = String(repeating: "x", count: 21) + "…"
    #expect(text == "\(name)\n  1\n\(name)\n\(name)\n     3")
  }

  @Test func `a text wider than the terminal is cut to it`() {
    let text = TextTable.columns([[long, "1", long]], within: 12)
    #expect(text == "xxxxxxxxx…\n  1\n  xxxxxxxxx…")
  }

  @Test(arguments: 1...80)
  func `no line is wider than the terminal, and no column is lost`(width: Int) {
    let rows = [["run", "数数数数数数", "3"], [long, "4", long], ["é", "", "5"]]
    let lines = TextTable.columns(rows, within: width).split(separator: "\n")
    #expect(lines.allSatisfy { ProgressLine.width(String($0)) <= max(width, 3) })
    #expect(lines.contains { $0.contains("4") } && lines.contains { $0.contains("5") })
  }
}
