import Testing

@testable import Evaluation

/// The gate on answers that are written down; the intervals are worked out by hand.
@Suite struct PromotionGateTests {
  /// Answers to problems `0..<count`: the first `right` are right.
  private func answers(
    _ count: Int, right: Int, seconded: Int? = nil, unscored: Int = 0, tokens: Int = 10
  ) -> [PolicyMeasurement.Answer] {
    (0..<count).map { index in
      PolicyMeasurement.Answer(
        problem: "\(index)", isRight: index >= count - unscored ? nil : index < right,
        isSeconded: seconded.map { index < $0 }, tokens: tokens)
    }
  }

  private func measurement(
    _ policy: String, _ answers: [PolicyMeasurement.Answer],
    guarded: [String: [PolicyMeasurement.Answer]] = [:]
  ) -> PolicyMeasurement {
    PolicyMeasurement(policy: policy, answers: answers, guarded: guarded)
  }

  private func decide(
    _ challenger: PolicyMeasurement, _ champion: PolicyMeasurement?,
    _ change: (inout GateSettings) -> Void = { _ in }
  ) -> PromotionDecision {
    var settings = GateSettings()
    change(&settings)
    return PromotionGate(settings).decide(challenger: challenger, champion: champion)
  }

  private func broken(_ decision: PromotionDecision) -> [String] {
    decision.rules.filter { !$0.holds }.map(\.name)
  }

  // 100 problems, 50 right before and 70 after, the same ones: 20 differences of 1, 80 of 0.
  // mean 0.2, variance (20 · 0.8² + 80 · 0.2²) / 99 = 16/99, SE = √(16/99/100) = 0.0402,
  // t(0.975, 99) = 1.984: 0.2 ± 0.0798, so [0.1202, 0.2798].
  private var champion: PolicyMeasurement {
    measurement("old", answers(100, right: 50, seconded: 50))
  }
  private var challenger: PolicyMeasurement {
    measurement("new", answers(100, right: 70, seconded: 70))
  }

  @Test func `a gain that is sure takes the champion's place`() throws {
    let decision = decide(challenger, champion)
    #expect(decision.isPromoted, "\(decision.rules)")
    #expect(
      decision.rules.map(\.name) == [
        "different", "problems", "gain", "unscored", "length", "second",
      ])
    let gain = try #require(decision.rules.first { $0.name == "gain" }?.difference?.interval)
    #expect(abs(gain.low - 0.1202) < 1e-3 && abs(gain.high - 0.2798) < 1e-3)
  }

  @Test func `the margin is cleared by the lower bound, not by the mean`() {
    #expect(decide(challenger, champion) { $0.margin = 0.12 }.isPromoted)
    #expect(broken(decide(challenger, champion) { $0.margin = 0.125 }) == ["gain"])
    #expect(broken(decide(champion, challenger)) == ["gain", "second"])
  }

  @Test func `a gain that may be chance is refused, and equals are not a gain`() {
    // Two of 100 more: mean 0.02, SE 0.0141, so the lower bound is -0.008.
    let slightly = measurement("new", answers(100, right: 52, seconded: 52))
    #expect(broken(decide(slightly, champion)) == ["gain"])
    #expect(broken(decide(measurement("new", champion.answers), champion)) == ["gain"])
    #expect(broken(decide(champion, champion)) == ["different", "gain"])
  }

  @Test func `few problems are not enough, however clear they are`() {
    let decision = decide(
      measurement("new", answers(10, right: 10, seconded: 10)),
      measurement("old", answers(10, right: 0, seconded: 0)))
    #expect(broken(decision) == ["problems", "second"])
    #expect(!decision.isPromoted)
  }

  @Test func `what could not be scored is no wrong answer, and more of it is refused`() {
    // The champion's last 20 were wrong; leaving them unscored must not look like a gain.
    let evading = measurement("new", answers(100, right: 70, seconded: 70, unscored: 20))
    #expect(broken(decide(evading, champion)) == ["unscored"])
    let cleaner = measurement("old", answers(100, right: 50, seconded: 50, unscored: 20))
    #expect(decide(challenger, cleaner).isPromoted)
  }

  @Test func `a challenger wins nothing by making the judge fail`() {
    // 6 problems won, 3 lost: left out, the losses would make 6 to 0 of it, a sure gain.
    let before = (0..<40).map {
      PolicyMeasurement.Answer(problem: "\($0)", isRight: $0 >= 6, isSeconded: true, tokens: 1)
    }
    let after = (0..<40).map {
      PolicyMeasurement.Answer(
        problem: "\($0)", isRight: $0 < 37 ? true : nil, isSeconded: true, tokens: 1)
    }
    #expect(broken(decide(measurement("new", after), measurement("old", before))) == ["gain"])
  }

  @Test func `a guard is not evaded by answers without a score`() {
    let old = measurement(
      "old", champion.answers, guarded: ["other": answers(100, right: 60)])
    let silent = measurement(
      "new", challenger.answers, guarded: ["other": answers(100, right: 60, unscored: 98)])
    #expect(broken(decide(silent, old)) == ["guard other"])
  }

  @Test func `a second verifier that says less of the challenger does not agree`() {
    func seconded(_ policy: String, _ right: Int, _ judged: Int) -> PolicyMeasurement {
      measurement(
        policy,
        (0..<100).map {
          PolicyMeasurement.Answer(
            problem: "\($0)", isRight: $0 < right, isSeconded: $0 < judged ? true : nil, tokens: 1)
        })
    }
    #expect(broken(decide(seconded("new", 70, 40), seconded("old", 50, 100))) == ["second"])
    #expect(broken(decide(seconded("new", 70, 40), seconded("old", 50, 20))) == ["second"])
    // Alone, 1 of 1 would be above a floor of 0.2; 1 of 100 is not.
    #expect(broken(decide(seconded("new", 70, 1), nil) { $0.floor = 0.2 }) == ["second"])
  }

  @Test func `samples without a score are no gain`() {
    func sampled(_ policy: String, _ share: Double, atLeast: Double?) -> PolicyMeasurement {
      measurement(
        policy,
        (0..<40).map {
          PolicyMeasurement.Answer(
            problem: "\($0)", isRight: true, isSeconded: true, tokens: 1, sampled: share,
            sampledAtLeast: atLeast)
        })
    }
    let old = sampled("old", 0.5, atLeast: 0.25)
    #expect(decide(sampled("new", 1, atLeast: nil), old) { $0.metric = .sampled }.isPromoted)
    // Of 8 samples 4 passed, and the other 4 have no score: 4 of 4, but surely half alone.
    #expect(
      broken(decide(sampled("new", 1, atLeast: 0.5), old) { $0.metric = .sampled }) == ["gain"])
  }

  @Test func `longer answers are refused, unless a growth is allowed`() {
    let longer = measurement("new", answers(100, right: 70, seconded: 70, tokens: 12))
    #expect(broken(decide(longer, champion)) == ["length"])
    #expect(decide(longer, champion) { $0.lengthTolerance = 0.2 }.isPromoted)
    let shorter = measurement("new", answers(100, right: 70, seconded: 70, tokens: 8))
    #expect(decide(shorter, champion).isPromoted)
  }

  @Test func `a guarded set must not get worse, and must have been asked of both`() {
    let before = ["other": answers(100, right: 60)]
    func guarded(_ right: Int) -> PolicyMeasurement {
      measurement("new", challenger.answers, guarded: ["other": answers(100, right: right)])
    }
    let old = measurement("old", champion.answers, guarded: before)
    #expect(decide(guarded(60), old).isPromoted)
    #expect(decide(guarded(58), old).isPromoted, "two of 100 may be chance")
    #expect(broken(decide(guarded(40), old)) == ["guard other"])
    #expect(broken(decide(guarded(60), champion)) == ["guard other"])
  }

  @Test func `a second verifier that finds the challenger worse refuses it`() {
    let hacked = measurement("new", answers(100, right: 70, seconded: 30))
    #expect(broken(decide(hacked, champion)) == ["second"])
    let unasked = measurement("new", answers(100, right: 70))
    #expect(broken(decide(unasked, champion)) == ["second"])
    let unaskedToo = measurement("old", answers(100, right: 50))
    #expect(broken(decide(unasked, unaskedToo)) == ["second"])
    #expect(decide(unasked, unaskedToo) { $0.needsSecond = false }.isPromoted)
  }

  @Test func `samples are compared where that is asked for`() {
    func sampled(_ policy: String, _ share: Double) -> PolicyMeasurement {
      measurement(
        policy,
        (0..<40).map {
          PolicyMeasurement.Answer(
            problem: "\($0)", isRight: true, isSeconded: true, tokens: 1,
            sampled: share + Double($0 % 2) / 10)
        })
    }
    let decision = decide(sampled("new", 0.7), sampled("old", 0.5)) { $0.metric = .sampled }
    #expect(decision.isPromoted)
    #expect(broken(decide(sampled("new", 0.7), sampled("old", 0.5))) == ["gain"])
  }

  @Test func `the first of a name must be right at all, scored, and seconded`() {
    #expect(decide(champion, nil).isPromoted)
    #expect(
      decide(champion, nil).rules.map(\.name) == ["problems", "accuracy", "unscored", "second"])
    // 50 of 100: Wilson's lower bound is 0.404.
    #expect(decide(champion, nil) { $0.floor = 0.40 }.isPromoted)
    #expect(broken(decide(champion, nil) { $0.floor = 0.41 }) == ["accuracy", "second"])
    let nothing = measurement("new", answers(100, right: 0, seconded: 0))
    #expect(broken(decide(nothing, nil)) == ["accuracy", "second"])
    let silent = measurement("new", answers(100, right: 50, seconded: 50, unscored: 6))
    #expect(broken(decide(silent, nil)) == ["unscored"])
    let alone = measurement("new", answers(100, right: 50))
    #expect(broken(decide(alone, nil)) == ["second"])
    #expect(broken(decide(measurement("new", []), nil)).contains("problems"))
  }
}
