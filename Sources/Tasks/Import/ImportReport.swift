/// What an import came to: which problems go to which verifier, and which rows became none, and why.
package struct ImportReport: Encodable, Equatable, Sendable {
  /// What the numbers of rows count.
  package enum Unit: String, Encodable, Sendable {
    case lines, elements
  }

  /// Rows that were not placed, for one reason.
  package struct Unplaced: Encodable, Equatable, Sendable {
    package let reason: String
    package let count: Int
    /// The first of them, at most ``ImportReasons/numbersShown``.
    package let numbers: [Int]
    /// What is peculiar to the first one; nil where the reason says it all.
    package let detail: String?
  }

  /// A column that nothing read.
  package struct Column: Encodable, Equatable, Sendable {
    package let name: String
    /// Placed rows that have something in it.
    package let rows: Int
  }

  /// One file of problems.
  package struct Split: Encodable, Equatable, Sendable {
    package let name: String
    package let verifier: String
    package let problems: Int
    /// Problems with a worked answer.
    package let demonstrations: Int
  }

  package let file: String
  package let format: String
  /// The task's folder; nil where no row could be placed, so that there is none.
  package let folder: String?
  package let rows: Int
  package let placed: Int
  package let splits: [Split]
  /// What `unplaced` counts by number.
  package let unit: Unit
  /// The most frequent reason first.
  package let unplaced: [Unplaced]
  /// The most frequent first.
  package let unread: [Column]

  /// Rows that became no problem.
  package var unplacedCount: Int { rows - placed }

  /// Lines for people.
  package var text: String {
    var lines = ["\(file): \(rows) rows of \(format), \(placed) placed"]
    for split in splits {
      let worked = split.demonstrations > 0 ? ", \(split.demonstrations) with a worked answer" : ""
      lines.append("  \(split.name): \(split.problems) problems for \(split.verifier)\(worked)")
    }
    if !unread.isEmpty {
      let names = unread.prefix(12).map(\.name).joined(separator: ", ")
      lines.append("nothing read these columns: \(names)\(unread.count > 12 ? ", …" : "")")
    }
    if unplacedCount > 0 {
      lines.append("\(unplacedCount) rows became no problem:")
      for one in unplaced {
        let more = one.count > one.numbers.count ? ", …" : ""
        let numbers = one.numbers.map(String.init).joined(separator: ", ")
        let detail = one.detail.map { ", such as: \($0)" } ?? ""
        lines.append("  \(one.count) × \(one.reason) (\(unit.rawValue) \(numbers)\(more)\(detail))")
      }
    }
    return lines.joined(separator: "\n")
  }
}

/// Counts why rows were not placed.
struct ImportReasons {
  /// Numbers of rows that are kept for each reason.
  static let numbersShown = 5
  /// Reasons that are told apart; what hostile rows add beyond is counted together.
  static let reasonLimit = 100

  private var causes: [String: (count: Int, numbers: [Int], detail: String?)] = [:]

  mutating func count(_ unplaced: Unplaced, number: Int) {
    let isKnown = causes[unplaced.reason] != nil || causes.count < Self.reasonLimit
    let reason = isKnown ? unplaced.reason : "other reasons"
    var cause = causes[reason] ?? (0, [], unplaced.detail)
    cause.count += 1
    if cause.numbers.count < Self.numbersShown { cause.numbers.append(number) }
    causes[reason] = cause
  }

  /// The most frequent first.
  var sorted: [ImportReport.Unplaced] {
    causes.map {
      ImportReport.Unplaced(
        reason: $0.key, count: $0.value.count, numbers: $0.value.numbers, detail: $0.value.detail)
    }
    .sorted { ($1.count, $0.numbers.first ?? 0) < ($0.count, $1.numbers.first ?? 0) }
  }
}
