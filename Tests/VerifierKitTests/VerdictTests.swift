import Testing
import VerifierKit

@Suite struct VerdictTests {
  @Test(arguments: [(0.25, 0.25), (-3, 0), (7, 1), (1, 1)])
  func `scores stay in their range`(given: Double, kept: Double) {
    #expect(Verdict.passed(score: given, reason: "r").score == kept)
    #expect(Verdict.wrong(score: given, reason: "r").score == kept)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func `a score that is not finite is none`(score: Double) {
    let verdict = Verdict.passed(score: score, reason: "r")
    #expect(verdict.outcome == .unscored)
    #expect(verdict.score == nil)
    #expect(verdict.reason.contains("\(score)"))
  }

  @Test func `what is left unsaid is right or wrong`() {
    #expect(Verdict.passed(reason: "r").score == 1)
    #expect(Verdict.wrong(reason: "r").score == 0)
    #expect(Verdict.unscored(reason: "r").score == nil)
  }
}
