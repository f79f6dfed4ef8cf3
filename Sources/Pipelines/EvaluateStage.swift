import Tasks
import Evaluation
import Foundation
import Registry
import Rollouts
import Runs

/// Measures the policy as it stands.
struct EvaluateStage {
  let settings: EvaluationSettings
  let position: StagePosition

  func run(_ context: RunContext) async throws {
    let problems = min(settings.limit ?? .max, context.evaluation.problems.count)
    context.display.begin(
      "\(position.name) \(settings.name)", total: problems * (1 + settings.samples))
    let watch = Stopwatch()
    let display = context.display
    let outcome = try await Evaluator(settings).evaluate(
      context.policy, on: context.evaluation, judge: context.judge
    ) { done, _ in display.update(ProgressUpdate(done: done)) }
    try context.refuseDisabled(in: "evaluation '\(settings.name)'")
    let seconds = watch.seconds
    try context.folder.append(outcome.report, to: position.records)
    try context.folder.appendTimings(["seconds": seconds], to: position.records)
    try context.recorder.record(
      LedgerEvaluation(position, outcome.report, seconds: seconds, greedy: outcome.greedy))
    for rollout in outcome.greedy.flatMap(\.rollouts) {
      try context.folder.append(RolloutRecord(round: 0, rollout), to: position.rollouts)
      try context.folder.appendTimings(VerdictTimings(rollout), to: position.rollouts)
    }
    context.display.finish()
    context.display.message(outcome.report.summary)
    if let families = outcome.report.familySummary { context.display.message(families) }
  }
}

extension EvaluationComparison {
  /// One line: the paired difference with its 95 % interval.
  package var summary: String {
    func signed(_ estimate: Estimate) -> String {
      let interval = estimate.interval.map {
        " [\(decimal($0.low, 3)), \(decimal($0.high, 3))]"
      }
      return (estimate.mean >= 0 ? "+" : "") + decimal(estimate.mean, 3) + (interval ?? "")
    }
    let sampled = mean.map { " · sampled \(signed($0))" } ?? ""
    return
      "\(before) → \(after): greedy \(signed(greedy))\(sampled), paired over \(problems) problems"
  }
}

extension EvaluationReport {
  /// One line: greedy accuracy of each family; nil where there are not several.
  package var familySummary: String? {
    guard families.count > 1 else { return nil }
    let parts = families.sorted { $0.key < $1.key }.map { name, result in
      "\(name) \(decimal(result.greedy, 3)) of \(result.problems)"
    }
    return "\(name), by family: " + parts.joined(separator: " · ")
  }

  /// One line: what most readers want to know.
  package var summary: String {
    var parts = [
      "\(name): greedy \(decimal(greedy, 3)) "
        + "[\(decimal(greedyInterval.low, 3)), \(decimal(greedyInterval.high, 3))]"
    ]
    if let mean { parts.append("sampled \(decimal(mean.mean, 3))") }
    if let k = majAtK.keys.compactMap({ Int($0) }).max(), let vote = majAtK["\(k)"] {
      parts.append("maj@\(k) \(decimal(vote, 3))")
    }
    if let k = passAtK.keys.compactMap({ Int($0) }).max(), let pass = passAtK["\(k)"], k > 1 {
      parts.append("pass@\(k) \(decimal(pass, 3))")
    }
    if unscoredShare > 0 { parts.append("unscored \(decimal(unscoredShare, 3))") }
    return parts.joined(separator: " · ") + " on \(problems) problems"
  }
}
