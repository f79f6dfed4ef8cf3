import Evaluation
import Runs

extension RunDifference {
  /// The difference for people.
  ///
  /// - Parameter showsPatch: Whether the code's differences are shown whole.
  /// - Returns: Lines.
  func text(showsPatch: Bool) -> String {
    [
      "\(before) → \(after)", section("Settings", settings), codeText(showsPatch: showsPatch),
      section("Data", data), section("Machine", machine), resultText,
    ].joined(separator: "\n\n")
  }

  private func section(_ title: String, _ fields: [FieldDifference]) -> String {
    guard !fields.isEmpty else { return "\(title): the same." }
    return "\(title):\n" + Self.lines(fields).map { "  \($0)" }.joined(separator: "\n")
  }

  /// A line a field; one line for all settings of a stage that one of the runs does not have.
  private static func lines(_ fields: [FieldDifference]) -> [String] {
    let sections = Dictionary(grouping: fields) { $0.path.prefix { $0 != "." } }
    return sections.sorted { $0.key < $1.key }.flatMap { name, fields in
      let isGone = fields.allSatisfy { $0.after == nil }
      guard fields.count > 3, isGone || fields.allSatisfy({ $0.before == nil }) else {
        return fields.map(\.text)
      }
      return ["\(name): \(fields.count) values, in the \(isGone ? "first" : "second") run alone"]
    }
  }

  private func codeText(showsPatch: Bool) -> String {
    var lines: [String] = []
    if let files = code.files {
      let commits =
        code.before == code.after
        ? "commit \(Self.short(code.before))"
        : "\(Self.short(code.before)) → \(Self.short(code.after))"
      lines.append(
        files == 0
          ? "Code: the same but for tests and documents (\(commits))."
          : "Code: \(files) file\(files == 1 ? "" : "s") differ\(files == 1 ? "s" : "") (\(commits)):"
      )
      let body = (showsPatch ? code.patch : code.summary) ?? ""
      lines += body.split(separator: "\n").map { showsPatch ? String($0) : "  \($0)" }
      if let remark = code.remark { lines.append(remark) }
    } else {
      lines.append("Code: \(code.remark ?? "unknown")")
    }
    return lines.joined(separator: "\n")
  }

  private static func short(_ commit: String?) -> String { String((commit ?? "none").prefix(12)) }

  private var resultText: String {
    guard !results.isEmpty else { return "Results: neither run has a report." }
    return "Results (greedy accuracy, with 95 % intervals):\n"
      + results.map { result in
        let figures = "  \(result.name): \(text(result.before)) → \(text(result.after))"
        guard let paired = result.paired else { return figures }
        let interval = paired.greedy.interval.map(text) ?? "no interval"
        let mean = paired.greedy.mean
        return figures
          + "; paired over \(paired.problems) problems "
          + "\(mean < 0 ? "" : "+")\(TextTable.decimal(mean)) \(interval)"
      }.joined(separator: "\n")
  }

  private func text(_ figures: Result.Figures?) -> String {
    figures.map { "\(TextTable.decimal($0.greedy)) \(text($0.greedyInterval))" } ?? "none"
  }

  private func text(_ interval: Interval) -> String {
    "[\(TextTable.decimal(interval.low)), \(TextTable.decimal(interval.high))]"
  }
}
