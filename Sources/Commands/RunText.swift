import Foundation
import Registry
import Runs
import VerifierKit

/// What is known of a run, as people read it.
enum RunText {
  /// `2025-01-31T12:00:00Z` as `2025-01-31 12:00`, which is UTC.
  static func time(_ created: String) -> String {
    TextTable.line(String(created.prefix(16)).replacing("T", with: " "), limit: 16)
  }

  /// `0.750 [0.600, 0.860]`.
  static func estimate(_ value: Double, _ low: Double?, _ high: Double?) -> String {
    guard let low, let high else { return TextTable.decimal(value) }
    return
      "\(TextTable.decimal(value)) [\(TextTable.decimal(low)), \(TextTable.decimal(high))]"
  }

  /// An evaluation with its intervals.
  static func evaluation(_ evaluation: EvaluationEntry) -> String {
    var text =
      TextTable.line(evaluation.name, limit: 40) + ": greedy "
      + estimate(evaluation.greedy, evaluation.greedyLow, evaluation.greedyHigh)
    if let mean = evaluation.mean {
      text += " · sampled " + estimate(mean, evaluation.meanLow, evaluation.meanHigh)
    }
    if evaluation.unscoredShare > 0 {
      text += " · unscored \(TextTable.decimal(evaluation.unscoredShare))"
    }
    return text + " on \(evaluation.problems) problems"
  }

  /// A rollout in some lines.
  static func rollout(_ rollout: StoredRollout) -> String {
    var head = rollout.round == 0 ? "stage \(rollout.stage)" : "round \(rollout.round)"
    head += " · \(TextTable.line(rollout.problem.id, limit: 80)) · \(rollout.outcome)"
    if let reward = rollout.reward { head += " · reward \(TextTable.decimal(reward))" }
    if let advantage = rollout.advantage { head += " · advantage \(TextTable.decimal(advantage))" }
    var rows = [
      ("  prompt", TextTable.line(rollout.problem.prompt, limit: 400)),
      ("  completion", TextTable.line(rollout.completion, limit: 400)),
    ]
    if let answer = rollout.problem.answer {
      rows.insert(("  answer", TextTable.line(answer, limit: 400)), at: 1)
    }
    if case .array(let verdicts)? = rollout.verdicts {
      rows += verdicts.map { verdict in
        (
          "  \(word(verdict, "verifier"))",
          "\(word(verdict, "outcome")): \(word(verdict, "reason"))"
        )
      }
    }
    return head + "\n" + TextTable.lines(rows)
  }

  /// Numbers of a record by name, those of its steps in a list.
  static func record(_ record: JSONValue) -> String {
    guard case .object(let members) = record else { return "" }
    let rows = members.sorted { $0.key < $1.key }.flatMap { name, value -> [(String, String)] in
      guard case .array(let steps) = value else { return [("  \(name)", number(value))] }
      return steps.enumerated().map { index, step in
        guard case .object(let members) = step else { return ("  \(name)", number(step)) }
        let text = members.sorted { $0.key < $1.key }.map { "\($0) \(number($1))" }
        return ("  step \(index + 1)", text.joined(separator: ", "))
      }
    }
    return TextTable.lines(rows)
  }

  private static func word(_ verdict: JSONValue, _ name: String) -> String {
    guard case .object(let members) = verdict, case .string(let text)? = members[name] else {
      return "?"
    }
    return TextTable.line(text, limit: 300)
  }

  private static func number(_ value: JSONValue) -> String {
    switch value {
    case .number(let number):
      number == number.rounded() && abs(number) < 1e15
        ? "\(Int(number))" : String(format: "%.6g", number)
    case .string(let text): TextTable.line(text, limit: 80)
    case .bool(let flag): "\(flag)"
    default: "-"
    }
  }
}
