package import VerifierKit

/// What a check of a verifier by its own cases found.
package struct CheckReport: Codable, Equatable, Sendable {
  /// A promise that verifiers must keep.
  package enum Rule: String, Codable, Sendable, CaseIterable {
    /// The table has right and wrong answers.
    case table
    /// Each row is judged as it says.
    case outcomes
    /// A right answer made wrong fails.
    case mutations
    /// Asked twice, it says the same.
    case determinism
    /// Asked in another order, and between other questions, it says the same.
    case order
    /// It keeps to the protocol, whatever it is asked.
    case conduct

    /// The rule as a sentence's end.
    var meaning: String {
      switch self {
      case .table: "the table holds right and wrong answers"
      case .outcomes: "each case is judged as it says"
      case .mutations: "a right answer made wrong fails"
      case .determinism: "asked twice, it says the same"
      case .order: "in another order, it says the same"
      case .conduct: "it keeps to the protocol"
      }
    }
  }

  /// A promise that was broken, by the text that shows it.
  package struct Failure: Codable, Equatable, Sendable {
    package let rule: Rule
    /// The row's line in `cases.jsonl`; nil where it is no row's fault.
    package let line: Int?
    /// The problem's id.
    package let problem: String?
    /// The completion, shortened and made harmless.
    package let completion: String?
    /// What was expected and what came.
    package let explanation: String
  }

  /// One row of the table.
  package struct Row: Codable, Equatable, Sendable {
    package let line: Int
    package let problem: String
    package let expected: VerifierOutcome
    package let outcome: VerifierOutcome
    package let score: Double?
    package let reason: String
    package let isAsExpected: Bool
  }

  package let verifier: String
  package let rows: [Row]
  /// Mutations of right answers that were judged.
  package let mutations: Int
  /// Right answers that could only be emptied, since they do not spell the reference.
  package let onlyEmptied: Int
  /// Requests of all rounds.
  package let requests: Int
  package let verdictsPerSecond: Double
  /// Processes that failed.
  package let processFailures: Int
  package let failures: [Failure]
  /// Promises that no verdict tells about, since nothing was judged.
  package let untried: [Rule]
  /// Rows that were not asked about, by the program that they need and that is not installed.
  package let unasked: [String: Int]

  /// Whether the verifier keeps all promises.
  package var passed: Bool { failures.isEmpty }

  /// The report for people, in lines.
  package var text: String {
    let good = rows.count(where: \.isAsExpected)
    let right = rows.count { $0.expected == .passed }
    var lines = [
      "\(verifier): \(rows.count) cases (\(right) right answers), \(mutations) mutations, "
        + "\(requests) requests, \(Int(verdictsPerSecond)) verdicts/s"
    ]
    for rule in Rule.allCases {
      let broken = failures.filter { $0.rule == rule }
      let count: String =
        switch rule {
        case .outcomes: " (\(good) of \(rows.count))"
        case .mutations: " (\(mutations - broken.count) of \(mutations))"
        default: ""
        }
      let mark = !broken.isEmpty ? "FAILED " : untried.contains(rule) ? "untried" : "ok     "
      lines.append("  \(mark) \(rule.meaning)\(count)")
      for failure in broken.prefix(Self.shownFailures) {
        lines.append("          " + failure.text.replacing("\n", with: "\n          "))
      }
      if broken.count > Self.shownFailures {
        lines.append("          … and \(broken.count - Self.shownFailures) more (--json has all)")
      }
    }
    if onlyEmptied > 0 {
      lines.append(
        "  right answers that spell the reference in another way, so were only emptied: "
          + "\(onlyEmptied)")
    }
    for (program, count) in unasked.sorted(by: { $0.key < $1.key }) {
      lines.append("  cases not asked, since '\(program)' is not installed: \(count)")
    }
    return lines.joined(separator: "\n")
  }

  /// Failures of a rule that the text shows.
  private static let shownFailures = 10
}

extension CheckReport.Failure {
  /// One or two lines: where, what, and the completion that shows it.
  fileprivate var text: String {
    let place = line.map { "line \($0)" }
    let name = problem.map { "'\($0)'" }
    let head = [place, name].compactMap(\.self).joined(separator: " ")
    return (head.isEmpty ? "" : head + ": ") + explanation
      + (completion.map { "\n  asked about: \($0)" } ?? "")
  }
}
