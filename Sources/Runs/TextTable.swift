import Foundation

/// Numbers and lines as people read them.
package enum TextTable {
  /// Writes lines of two columns, the second aligned; texts may be anything.
  package static func lines(_ rows: [(name: String, value: String)]) -> String {
    let rows = rows.map { (name: line($0.name, limit: .max), value: line($0.value, limit: .max)) }
    let width = rows.map { ProgressLine.width($0.name) }.max() ?? 0
    return rows.map { name, value in
      name + String(repeating: " ", count: width - ProgressLine.width(name) + 2) + value
    }.joined(separator: "\n")
  }

  /// Writes lines of several columns, each as wide as its widest text; texts may be anything.
  ///
  /// - Parameters:
  ///   - rows: The texts, row by row.
  ///   - width: The columns of a terminal. Where the table is wider, its widest columns are cut, down
  ///     to 20; where that is not enough, each row goes on in lines that are indented.
  /// - Returns: The lines, the last without a line break.
  package static func columns(_ rows: [[String]], within width: Int? = nil) -> String {
    let rows = rows.map { $0.map { line($0, limit: .max) } }
    var widths: [Int] = []
    for row in rows {
      for (column, text) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], ProgressLine.width(text))
      }
    }
    let layout = TableLayout(widths, within: width)
    return rows.map(layout.text).joined(separator: "\n")
  }

  /// Writes a text that may be anything as one line without control characters, cut to `limit`.
  package static func line(_ text: String, limit: Int = 200) -> String {
    let cut = text.count > limit ? text.prefix(limit - 1) + "…" : text[...]
    return ProgressLine.printable(cut.split(whereSeparator: \.isNewline).joined(separator: "⏎"))
  }

  /// Writes `1234567` as `1,234,567`.
  package static func grouped(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }

  /// Writes a number of bytes in MiB or GiB.
  package static func bytes(_ count: Int) -> String {
    let mebibytes = Double(count) / 1_048_576
    return mebibytes < 1024
      ? String(format: "%.1f MiB", mebibytes) : String(format: "%.2f GiB", mebibytes / 1024)
  }

  /// Writes a number with three decimals.
  package static func decimal(_ value: Double) -> String { String(format: "%.3f", value) }
}
