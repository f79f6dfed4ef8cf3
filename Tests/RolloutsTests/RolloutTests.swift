import Foundation
import Testing
import VerifierKit
import Verifiers

@testable import Rollouts

@Suite struct RolloutTests {
  private static let problem = Problem(id: "p1", prompt: "1+1=", answer: "2")

  /// What a verifier said: a score, or `nil` where it could not.
  private func verdict(_ score: Double?, by verifier: String = "arithmetic") -> NamedVerdict {
    NamedVerdict(
      verifier: verifier,
      verdict: score.map { $0 == 1 ? .passed(reason: "right") : .wrong(score: $0, reason: "wrong") }
        ?? .unscored(reason: "broken"), seconds: 0.5)
  }

  private func rollout(_ score: Double?, reward: Double? = nil) -> Rollout {
    var rollout = Rollout(problem: Self.problem, completion: "2")
    rollout.record(Judgement(verdicts: [verdict(score)], reward: reward ?? score))
    return rollout
  }

  private func group(_ rollouts: [Rollout]) -> RolloutGroup {
    RolloutGroup(problem: Self.problem, promptTokens: [1], rollouts: rollouts)
  }

  @Test func `what was not scored is neither right nor wrong, and has no reward`() {
    let unscored = rollout(nil)
    #expect(unscored.isCorrect == nil && unscored.reward == nil)
    #expect(rollout(1).isCorrect == true && rollout(0.5).isCorrect == false)
    #expect(Rollout(problem: Self.problem, completion: "").isCorrect == nil, "not judged yet")
  }

  @Test func `a group has contrast where scored rollouts differ`() {
    #expect(group([rollout(1), rollout(0)]).hasContrast)
    #expect(group([rollout(0.25), rollout(0.5)]).hasContrast)
    #expect(!group([rollout(1), rollout(1)]).hasContrast)
    #expect(!group([]).hasContrast)
    #expect(
      !group([rollout(1), rollout(nil), rollout(1)]).hasContrast, "unscored is no score of 0")
    #expect(!group([rollout(nil), rollout(nil)]).hasContrast)
  }

  @Test func `contrast is of the verdict, not of the shaped reward`() {
    #expect(!group([rollout(1, reward: 1), rollout(1, reward: 0.7)]).hasContrast)
    #expect(group([rollout(1, reward: 0.5), rollout(0, reward: 0.5)]).hasContrast)
  }

  @Test func `the first verifier decides what is correct, any of them what is scored`() {
    var rollout = Rollout(problem: Self.problem, completion: "2")
    rollout.record(Judgement(verdicts: [verdict(1), verdict(0, by: "format")], reward: 1))
    #expect(rollout.isCorrect == true)
    rollout.record(Judgement(verdicts: [verdict(1), verdict(nil, by: "format")], reward: nil))
    #expect(rollout.isCorrect == nil)
  }

  @Test func `the report of what was not scored counts reasons`() {
    var other = Rollout(problem: Self.problem, completion: "")
    other.record(Judgement(verdicts: [verdict(nil, by: "format")], reward: nil))
    let report = UnscoredReport([rollout(nil), rollout(1), rollout(nil), other])
    #expect(report.rollouts == 4 && report.unscored == 3 && report.share == 0.75)
    #expect(report.reasons.map(\.reason) == ["arithmetic: broken", "format: broken"])
    #expect(report.reasons.map(\.count) == [2, 1])
    #expect(UnscoredReport([]).share == 0)
  }

  @Test func `reasons that differ only in the request are one, and standard error is said once`() {
    func unscored(_ reason: String) -> Rollout {
      var rollout = Rollout(problem: Self.problem, completion: "")
      let verdict = NamedVerdict(
        verifier: "v", verdict: .unscored(reason: reason), seconds: 0.5, fault: .brokeProtocol)
      rollout.record(Judgement(verdicts: [verdict], reward: nil))
      return rollout
    }
    let mark = NamedVerdict.errorMark
    let report = UnscoredReport([
      unscored("answer 'r1': 'score' is 2.0\(mark)Traceback 1"),
      unscored("answer 'r17': 'score' is 2.0\(mark)Traceback 2"), unscored("no answer within 2 s"),
    ])
    #expect(
      report.reasons == [
        .init(reason: "v: an answer: 'score' is 2.0", count: 2),
        .init(reason: "v: no answer within 2 s", count: 1),
      ])
    #expect(
      report.text() == "v: an answer: 'score' is 2.0 (2 times); v: no answer within 2 s (1 time); "
        + "standard error ended with: Traceback 1")
    #expect(report.text(limit: 1).contains("other reasons (1)"))
  }

  @Test func `unscored rollouts leave their group, and are no wrong answers in it`() {
    let group = group([rollout(1), rollout(nil), rollout(0), rollout(nil)])
    #expect(group.rewards == [1, nil, 0, nil])
    #expect(group.rollouts.allSatisfy { $0.verdictSeconds == [0.5] })
  }

  @Test func `a record does not keep how long a verdict took`() throws {
    let text = String(decoding: try JSONEncoder().encode(rollout(1)), as: UTF8.self)
    #expect(!text.contains("seconds"))
  }
}
