import VerifierKit

@testable import Registry

extension LedgerRound {
  /// A round of two problems with two rollouts each, one right and one wrong.
  static func example(
    _ round: Int, stage: Int = 3, lastVerdicts: any Encodable & Sendable = ["verifier": "sums"]
  ) -> LedgerRound {
    LedgerRound(
      stage: stage,
      summary: Summary(
        round: round, reward: 0.5, correct: 0.5, greedy: nil, rollouts: 4, unscored: 0),
      record: ["round": round], timings: ["seconds": 1],
      groups: [
        .example("3+4", answer: "7", lastVerdicts: ["verifier": "sums"]),
        .example("1+1", answer: "2", lastVerdicts: lastVerdicts),
      ])
  }
}

extension LedgerGroup {
  /// A right answer and a wrong one to the problem `prompt`.
  static func example(
    _ prompt: String, answer: String, lastVerdicts: any Encodable & Sendable
  ) -> LedgerGroup {
    func rollout(
      _ text: String, _ outcome: LedgerRollout.Outcome, _ advantage: Double,
      _ verdicts: any Encodable & Sendable
    ) -> LedgerRollout {
      LedgerRollout(
        completion: text, tokens: [1, 300], logProbs: [-0.5, -1], stopReason: "endOfSequence",
        outcome: outcome, reward: outcome == .right ? 1 : 0, advantage: advantage,
        verdicts: verdicts)
    }
    return LedgerGroup(
      problem: Problem(id: "sums/\(prompt)", prompt: "\(prompt)=", answer: answer),
      rollouts: [
        rollout(answer, .right, 0.5, ["verifier": "sums"]),
        rollout("100", .wrong, -0.5, lastVerdicts),
      ])
  }
}

extension LedgerEvaluation {
  /// As far as the registry reads it.
  private struct Report: Encodable {
    let name: String
    var taskSet = "sums/heldout"
    var problems = 1
    var samples = 2
    var greedy = 1.0
    var greedyInterval = ["low": 0.25, "high": 1.0]
    var unscoredShare = 0.0
  }

  /// An evaluation of one problem, with its greedy completion.
  static func example(_ stage: Int) -> LedgerEvaluation {
    LedgerEvaluation(
      stage: stage, name: "look\(stage)", report: Report(name: "look\(stage)"),
      timings: ["seconds": 1.0],
      results: [ProblemResult(problem: "sums/8+1", greedy: true, samples: 2, passed: 1)],
      greedy: [.example("8+1", answer: "9", lastVerdicts: ["verifier": "sums"])],
      greedyAccuracy: 1)
  }
}
