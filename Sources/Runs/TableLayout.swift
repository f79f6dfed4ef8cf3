/// Where the columns of a table stand: how wide each is, and in which line of a row.
struct TableLayout {
  /// Blanks between columns, and before the lines that a row goes on in.
  private static let gap = 2
  /// The widths that a column is not cut below to keep a row in one line.
  private static let leastWidth = 20

  /// The width of each column.
  let widths: [Int]
  /// The columns of each line of a row.
  let lines: [Range<Int>]

  /// Lays columns out.
  ///
  /// - Parameters:
  ///   - widths: The widest text of each column.
  ///   - limit: The width of a line; nil for any.
  init(_ widths: [Int], within limit: Int?) {
    guard let limit, Self.width(widths[...]) > limit else {
      (self.widths, lines) = (widths, [0..<widths.count])
      return
    }
    let cut = Self.cut(widths, to: limit)
    if Self.width(cut[...]) <= limit {
      (self.widths, lines) = (cut, [0..<cut.count])
    } else {
      let capped = widths.map { min($0, max(limit - Self.gap, 1)) }
      (self.widths, lines) = (capped, Self.folded(capped, to: limit))
    }
  }

  /// Writes one row.
  func text(_ row: [String]) -> String {
    lines.compactMap { columns in
      let indent = columns.lowerBound == 0 ? "" : String(repeating: " ", count: Self.gap)
      let line = columns.clamped(to: row.indices).map { padded(row[$0], to: widths[$0]) }
        .joined(separator: String(repeating: " ", count: Self.gap))
      let shown = String((indent + line).reversed().drop { $0 == " " }.reversed())
      return shown.isEmpty && columns.lowerBound > 0 ? nil : shown
    }.joined(separator: "\n")
  }

  // MARK: - Helpers

  private func padded(_ text: String, to width: Int) -> String {
    let shown =
      ProgressLine.width(text) > width ? ProgressLine.cut(text, to: width - 1) + "…" : text
    return shown + String(repeating: " ", count: width - ProgressLine.width(shown))
  }

  private static func width(_ widths: ArraySlice<Int>) -> Int {
    widths.reduce(gap * (widths.count - 1), +)
  }

  /// Cuts the widest columns evenly, as far as the limit asks for, and not below ``leastWidth``.
  private static func cut(_ widths: [Int], to limit: Int) -> [Int] {
    let fitting = (leastWidth...max(limit, leastWidth)).last { most in
      width(widths.map { min($0, most) }[...]) <= limit
    }
    return widths.map { min($0, fitting ?? leastWidth) }
  }

  /// Breaks a row before each column that would not fit into its line.
  private static func folded(_ widths: [Int], to limit: Int) -> [Range<Int>] {
    var lines: [Range<Int>] = []
    var start = 0
    for column in widths.indices where column > start {
      let indent = start == 0 ? 0 : gap
      if indent + width(widths[start...column]) > limit {
        lines.append(start..<column)
        start = column
      }
    }
    return lines + [start..<widths.count]
  }
}
