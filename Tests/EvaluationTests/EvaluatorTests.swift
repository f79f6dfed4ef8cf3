import Policies
import Rollouts
import Testing
import VerifierKit
import Verifiers

@testable import Evaluation

/// The figures of a set that is small enough to work out by hand.
@Suite struct EvaluatorTests {
  /// One completion's verdict: its answer, and whether it passed; `nil` where it was not scored.
  private struct Judged {
    var answer: String? = "1"
    var passed: Bool? = true
    var cutOff = false
  }

  private func rollout(_ judged: Judged, _ problem: Problem) -> Rollout {
    var rollout = Rollout(
      problem: problem,
      sampled: Completion(
        tokens: [1], logProbs: [0], stopReason: judged.cutOff ? .lengthLimit : .endOfSequence,
        text: judged.answer ?? "", meanEntropy: 0), temperature: 1)
    var verdict: Verdict =
      switch judged.passed {
      case nil: .unscored(reason: "broken")
      case true?: .passed(reason: "right")
      case false?: .wrong(reason: "wrong")
      }
    if let answer = judged.answer { verdict = verdict.naming(answer) }
    let named = NamedVerdict(verifier: "v", verdict: verdict, seconds: 0)
    rollout.record(Judgement(verdicts: [named], reward: verdict.score))
    return rollout
  }

  private func groups(_ rows: [[Judged]]) -> [RolloutGroup] {
    rows.enumerated().map { index, judged in
      let problem = Problem(
        id: "p\(index)", prompt: "", metadata: ["family": .string(index < 2 ? "easy" : "hard")])
      return RolloutGroup(
        problem: problem, promptTokens: [1], rollouts: judged.map { rollout($0, problem) })
    }
  }

  private static let right = Judged()
  private static let wrong = Judged(answer: "0", passed: false)
  private static let other = Judged(answer: "9", passed: false)
  private static let broken = Judged(answer: nil, passed: nil)

  private func report(
    name: String = "after", greedy: [Judged] = [right, right, wrong, broken],
    sampled: [[Judged]]? = nil
  ) -> EvaluationReport {
    var settings = EvaluationSettings()
    (settings.name, settings.samples) = (name, 4)
    let samples =
      sampled ?? [
        [Self.right, Self.right, Self.right, Self.wrong],
        [Self.right, Self.wrong, Self.wrong, Judged(answer: nil, passed: false, cutOff: true)],
        [Self.wrong, Self.other, Self.wrong, Self.other],
        [Self.right, Self.broken, Self.broken, Self.broken],
      ]
    return Evaluator(settings).report(
      "set", greedy: groups(greedy.map { [$0] }), sampled: groups(samples))
  }

  @Test func `greedy figures are over the problems that could be scored`() {
    let report = report()
    // 2 of 3; Wilson's interval of 2/3 with z = 1.959964: (0.2077, 0.9385).
    #expect(abs(report.greedy - 2.0 / 3) < 1e-12)
    #expect(abs(report.greedyInterval.low - 0.2077) < 1e-4)
    #expect(abs(report.greedyInterval.high - 0.9385) < 1e-4)
    #expect(report.results.map(\.greedy) == [true, true, false, nil])
    #expect(report.problems == 4 && report.taskSet == "set" && report.name == "after")
  }

  @Test func `the mean is over scored samples`() throws {
    let report = report()
    // Passed 3 + 1 + 0 + 1 of 4 + 4 + 4 + 1 scored.
    #expect(report.results.map(\.samples) == [4, 4, 4, 1])
    #expect(report.results.map(\.passed) == [3, 1, 0, 1])
    #expect(abs(try #require(report.mean).mean - 5.0 / 13) < 1e-12)
  }

  @Test func `pass@k leaves out problems with fewer scored samples`() {
    let passAtK = report().passAtK
    // k = 1: (3/4 + 1/4 + 0 + 1) / 4. k = 2, over three problems: 1 - C(1,2)/C(4,2) = 1,
    // 1 - C(3,2)/C(4,2) = 1/2, 0. k = 4: 1, 1, 0.
    #expect(passAtK.keys.sorted() == ["1", "2", "4"])
    #expect(abs((passAtK["1"] ?? 0) - 0.5) < 1e-12)
    #expect(abs((passAtK["2"] ?? 0) - 0.5) < 1e-12)
    #expect(abs((passAtK["4"] ?? 0) - 2.0 / 3) < 1e-12)
  }

  @Test func `maj@k counts ties by their chance, and silence as no vote`() {
    let majAtK = report().majAtK
    // k = 2. First: pairs of {1,1,1,0}: 3 of 6 are 1,1 and 3 tie at 1/2: 0.75. Second, {1,0,0,-}:
    // 1,0 twice at 1/2, 1,- once at 1, the other three wrong: (1 + 1) / 6 = 1/3. Third: 0.
    #expect(abs((majAtK["2"] ?? 0) - (0.75 + 1.0 / 3) / 3) < 1e-9)
    // k = 4: 1; then 1 vote against 2: 0; 0.
    #expect(abs((majAtK["4"] ?? 0) - 1.0 / 3) < 1e-9)
    #expect(majAtK["1"] == nil)
  }

  @Test func `shares are of all completions, and of those that were sampled`() {
    let report = report()
    #expect(abs(report.unscoredShare - 4.0 / 20) < 1e-12)
    #expect(abs(report.finishedShare - 15.0 / 16) < 1e-12)
  }

  @Test func `families have figures of their own`() throws {
    let families = report().families
    #expect(families.keys.sorted() == ["easy", "hard"])
    let (easy, hard) = (try #require(families["easy"]), try #require(families["hard"]))
    #expect(easy.problems == 2 && easy.greedy == 1 && easy.mean == 0.5)
    #expect(hard.problems == 2 && hard.greedy == 0 && abs((hard.mean ?? 0) - 0.2) < 1e-12)
  }

  @Test func `without samples there are no sampled figures`() {
    var settings = EvaluationSettings()
    settings.samples = 0
    let report = Evaluator(settings).report(
      "set", greedy: groups([[Self.right], [Judged(cutOff: true)]]), sampled: [])
    #expect(report.mean == nil && report.passAtK.isEmpty && report.majAtK.isEmpty)
    #expect(report.greedy == 1 && report.finishedShare == 0.5)
  }

  @Test func `where nothing was scored nothing is claimed`() {
    let all = [[Judged]](repeating: [Self.broken, Self.broken], count: 2)
    let report = report(greedy: [Self.broken, Self.broken], sampled: all)
    #expect(report.greedy == 0 && report.greedyInterval == Interval(low: 0, high: 1))
    #expect(report.mean == nil && report.unscoredShare == 1)
    #expect(report.passAtK.isEmpty && report.majAtK.isEmpty)
  }

  @Test func `a comparison pairs the problems that both scored`() throws {
    let before = report(name: "before", greedy: [Self.wrong, Self.right, Self.wrong, Self.right])
    let comparison = try #require(EvaluationComparison(before: before, after: report()))
    // Greedy, over the first three: +1, 0, 0.
    #expect(comparison.problems == 3 && comparison.before == "before")
    #expect(abs(comparison.greedy.mean - 1.0 / 3) < 1e-12)
    #expect(try #require(comparison.mean).mean == 0)
    // Differences 1, 0, 0: variance 1/3, over 3 problems √(1/9).
    #expect(abs((comparison.greedy.standardError ?? 0) - 1.0 / 3) < 1e-12)
    let one = report(greedy: [Self.right], sampled: [[Self.right]])
    #expect(EvaluationComparison(before: one, after: one) == nil, "one problem tells no error")
  }
}
