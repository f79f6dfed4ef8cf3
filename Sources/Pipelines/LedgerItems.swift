import Evaluation
import Policies
import Registry
import Rollouts
import VerifierKit

extension LedgerRound {
  /// A round with all its rollouts, and an advantage for each, group by group; nil for a group that
  /// taught nothing.
  init(
    _ position: StagePosition, _ record: RoundRecord, _ timings: RoundTimings,
    _ groups: [RolloutGroup], advantages: [[Double]?]
  ) {
    self.init(
      stage: position.number,
      summary: Summary(
        round: record.round, reward: record.reward, correct: record.correct, greedy: record.greedy,
        rollouts: record.rollouts, unscored: record.unscored),
      record: record, timings: timings,
      groups: zip(groups, advantages).map { LedgerGroup($0, advantages: $1) })
  }
}

extension LedgerEvaluation {
  /// An evaluation with its greedy completions.
  init(
    _ position: StagePosition, _ report: EvaluationReport, seconds: Double,
    greedy: [RolloutGroup]
  ) {
    self.init(
      stage: position.number, name: report.name, report: report, timings: ["seconds": seconds],
      results: report.results.map { result in
        ProblemResult(
          problem: result.id, greedy: result.greedy, samples: result.samples,
          passed: result.passed)
      }, greedy: greedy.map { LedgerGroup($0, advantages: nil) }, greedyAccuracy: report.greedy)
  }
}

extension LedgerGroup {
  fileprivate init(_ group: RolloutGroup, advantages: [Double]?) {
    self.init(
      problem: group.problem,
      rollouts: group.rollouts.enumerated().map { index, rollout in
        LedgerRollout(
          completion: rollout.completion, tokens: rollout.tokens ?? [],
          logProbs: rollout.logProbs ?? [], stopReason: rollout.stopReason?.rawValue,
          outcome: rollout.isCorrect.map { $0 ? .right : .wrong } ?? .unscored,
          reward: rollout.reward, advantage: rollout.reward == nil ? nil : advantages?[index],
          verdicts: rollout.verdicts)
      })
  }
}
