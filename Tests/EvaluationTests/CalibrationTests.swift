import Policies
import Rollouts
import Tasks
import Testing
import VerifierKit
import Verifiers

@testable import Evaluation

@Suite struct CalibrationTests {
  private let problem = Problem(id: "p", prompt: "1+1=", answer: "2")

  private func rollout(_ verdicts: [Verdict]) -> Rollout {
    var rollout = Rollout(problem: problem, completion: "2")
    rollout.record(
      Judgement(
        verdicts: verdicts.map { NamedVerdict(verifier: "v", verdict: $0, seconds: 0) },
        reward: verdicts.first?.score))
    return rollout
  }

  @Test func `a rate counts what was scored, and apart from it what was not`() {
    let (right, wrong) = (Verdict.passed(reason: ""), Verdict.wrong(reason: ""))
    let broken = Verdict.unscored(reason: "")
    let group = RolloutGroup(
      problem: problem, promptTokens: [1],
      rollouts: [[right], [wrong], [broken], [right, wrong], [right, broken]].map(rollout))
    let rate = Calibration.rate(group)
    // The first verifier decides; where any gave no score, there is none.
    #expect(rate.passed == 2 && rate.samples == 3 && rate.unscored == 2)
    #expect(rate.share == 2.0 / 3)
    #expect(rate.digest == PassRates.digest(of: problem))
  }

  @Test func `a problem without a score has no rate`() {
    let group = RolloutGroup(
      problem: problem, promptTokens: [1], rollouts: [rollout([.unscored(reason: "")])])
    #expect(Calibration.rate(group).share == nil)
  }
}
