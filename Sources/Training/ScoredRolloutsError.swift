import Rollouts

/// Judged rollouts that no update can learn from.
package enum ScoredRolloutsError: Error, Equatable, CustomStringConvertible {
  case notJudged(problem: String)
  case twoPrompts(problem: String)
  case unusable(problem: String, reason: String)
  case noLesson(problems: Int, unscored: Int)
  case temperatures([Double])
  case greedy(temperature: Double)

  package var description: String {
    switch self {
    case .notJudged(let problem): SelectionError.notJudged(problem: problem).description
    case .twoPrompts(let problem): SelectionError.twoPrompts(problem: problem).description
    case .unusable(let problem, let reason):
      "A rollout of problem '\(problem)' cannot be learnt from: \(reason)."
    case .noLesson(let problems, let unscored):
      """
      In none of the \(problems) problems do scored completions differ\
      \(unscored > 0 ? " (\(unscored) rollouts have no score)" : ""), so there is nothing to learn \
      from. Sample more completions of each problem, or easier or harder problems.
      """
    case .temperatures(let values):
      """
      The rollouts come from more than one temperature (\(values.map { "\($0)" }.joined(separator: ", "))), \
      and log-probabilities are comparable at one only. Train on one file for each.
      """
    case .greedy(let temperature):
      """
      The rollouts were sampled at temperature \(temperature), but a policy gradient needs samples \
      at a temperature above 0.
      """
    }
  }
}
