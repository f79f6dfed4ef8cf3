/// Decides whether a challenger takes a champion's place, rule by rule.
///
/// Differences are paired over the problems of which the champion's answer has a score, and their
/// 95 % intervals are Student's (``EvaluationComparison``). The gain must be shown: the interval's
/// lower bound is above the margin. Of everything else it must not be shown that it got worse: no
/// interval lies wholly on the worse side. The rules do not correct for how many of them there are,
/// since each can only refuse.
///
/// An answer of the challenger that could not be scored counts as if it were wrong, here alone: were
/// such problems left out, a policy could win by making the judge fail where it loses. A problem that
/// the champion left unscored says nothing of who is better, and is left out.
package struct PromotionGate: Sendable {
  private let settings: GateSettings

  /// - Parameter settings: Validated.
  package init(_ settings: GateSettings) { self.settings = settings }

  /// Compares a challenger with the champion, or looks at it alone where there is none.
  package func decide(
    challenger: PolicyMeasurement, champion: PolicyMeasurement?
  ) -> PromotionDecision {
    guard let champion else { return PromotionDecision(rules: first(challenger)) }
    var rules = [
      PromotionDecision.Rule(
        "different", holds: challenger.policy != champion.policy,
        challenger.policy == champion.policy
          ? "the challenger is the champion, byte for byte" : "the two are not the same policy")
    ]
    let pairs = Self.pairs(champion.answers, challenger.answers)
    let gains = pairs.compactMap { before, after in difference(before, after) }
    rules.append(enough(pairs.count { isCompared($0) && isCompared($1) }, "both scored"))
    rules.append(gain(gains))
    for (name, answers) in challenger.guarded.sorted(by: { $0.key < $1.key }) {
      let guarded = Self.pairs(champion.guarded[name] ?? [], answers)
        .compactMap { Self.difference($0.isRight, $1.isRight) }
      rules.append(notWorse("guard \(name)", guarded, minimum: 2))
    }
    rules.append(
      notWorse(
        "unscored", pairs.map { ($0.isRight == nil ? 1 : 0) - ($1.isRight == nil ? 1 : 0) },
        minimum: 2))
    rules.append(
      notWorse(
        "length",
        pairs.map { before, after in
          Double(before.tokens) * (1 + settings.lengthTolerance) - Double(after.tokens)
        }, minimum: 2))
    if let second = second(pairs) { rules.append(second) }
    return PromotionDecision(rules: rules)
  }

  // MARK: - Rules

  /// A name that no policy has yet is taken by one that answers something, whose answers can be
  /// scored, and that the second verifier finds right as well.
  private func first(_ challenger: PolicyMeasurement) -> [PromotionDecision.Rule] {
    let scored = challenger.answers.compactMap(\.isRight)
    let seconded = challenger.answers.map { $0.isSeconded ?? false }
    let unscored =
      challenger.answers.isEmpty
      ? 1 : 1 - Double(scored.count) / Double(challenger.answers.count)
    var rules = [
      enough(scored.count, "it scored"), aboveFloor("accuracy", scored),
      PromotionDecision.Rule(
        "unscored", holds: unscored <= settings.maxUnscoredShare,
        "the share \(text(unscored)) of its answers has no score; "
          + "\(text(settings.maxUnscoredShare)) is allowed"),
    ]
    if challenger.answers.contains(where: { $0.isSeconded != nil }) {
      rules.append(aboveFloor("second", seconded))
    } else if settings.needsSecond {
      rules.append(missingSecond)
    }
    return rules
  }

  private func aboveFloor(_ name: String, _ scored: [Bool]) -> PromotionDecision.Rule {
    let passed = scored.count(where: \.self)
    let interval = wilsonInterval(correct: passed, samples: scored.count)
    return PromotionDecision.Rule(
      name, holds: interval.low > settings.floor,
      "\(passed) of \(scored.count) right, at least \(text(interval.low)); it must be above "
        + "\(text(settings.floor))")
  }

  private func enough(_ count: Int, _ whose: String) -> PromotionDecision.Rule {
    PromotionDecision.Rule(
      "problems", holds: count >= settings.minimumProblems,
      "\(count) problems \(whose); \(settings.minimumProblems) are needed")
  }

  private func gain(_ differences: [Double]) -> PromotionDecision.Rule {
    let estimate = differences.isEmpty ? nil : Estimate(of: differences)
    guard let estimate, let interval = estimate.interval else {
      return PromotionDecision.Rule(
        "gain", holds: false, "too few problems to say", difference: estimate)
    }
    return PromotionDecision.Rule(
      "gain", holds: interval.low > settings.margin,
      "\(settings.metric.rawValue) \(text(estimate)): the lower bound must be above "
        + text(settings.margin), difference: estimate)
  }

  /// Holds unless the differences, of which more is better, are significantly below 0.
  private func notWorse(
    _ name: String, _ differences: [Double], minimum: Int
  ) -> PromotionDecision.Rule {
    guard differences.count >= minimum else {
      return PromotionDecision.Rule(
        name, holds: false, "only \(differences.count) problems can be compared")
    }
    let estimate = Estimate(of: differences)
    let isWorse = estimate.interval.map { $0.high < 0 } ?? true
    return PromotionDecision.Rule(
      name, holds: !isWorse,
      "\(text(estimate)) in favour: \(isWorse ? "significantly" : "not significantly") worse",
      difference: estimate)
  }

  /// A second verifier agrees where it does not find the challenger significantly worse.
  private func second(
    _ pairs: [(PolicyMeasurement.Answer, PolicyMeasurement.Answer)]
  ) -> PromotionDecision.Rule? {
    guard pairs.contains(where: { $0.isSeconded != nil || $1.isSeconded != nil }) else {
      return settings.needsSecond ? missingSecond : nil
    }
    return notWorse(
      "second", pairs.compactMap { Self.difference($0.isSeconded, $1.isSeconded) },
      minimum: settings.minimumProblems)
  }

  private var missingSecond: PromotionDecision.Rule {
    PromotionDecision.Rule(
      "second", holds: false, "no second verifier has judged, and one is asked for")
  }

  // MARK: - Differences

  /// The answers to the same problems, champion's first.
  private static func pairs(
    _ champion: [PolicyMeasurement.Answer], _ challenger: [PolicyMeasurement.Answer]
  ) -> [(PolicyMeasurement.Answer, PolicyMeasurement.Answer)] {
    let before = Dictionary(champion.map { ($0.problem, $0) }) { first, _ in first }
    return challenger.compactMap { answer in before[answer.problem].map { ($0, answer) } }
  }

  /// What a verdict on the challenger's answer says more than one on the champion's; nil where the
  /// champion's has no score.
  private static func difference(_ before: Bool?, _ after: Bool?) -> Double? {
    before.map { (after == true ? 1 : 0) - ($0 ? 1 : 0) }
  }

  private func difference(
    _ before: PolicyMeasurement.Answer, _ after: PolicyMeasurement.Answer
  ) -> Double? {
    switch settings.metric {
    case .greedy: Self.difference(before.isRight, after.isRight)
    case .sampled: before.sampled.map { (after.sampledAtLeast ?? 0) - $0 }
    }
  }

  /// Whether what is compared has a score.
  private func isCompared(_ answer: PolicyMeasurement.Answer) -> Bool {
    switch settings.metric {
    case .greedy: answer.isRight != nil
    case .sampled: answer.sampled != nil
    }
  }
}

/// Whether a policy is promoted, and why or why not.
package struct PromotionDecision: Codable, Equatable, Sendable {
  /// One rule, and what was found.
  package struct Rule: Codable, Equatable, Sendable {
    package let name: String
    package let holds: Bool
    /// One sentence's end, with the numbers.
    package let finding: String
    /// The paired difference, challenger's side in favour; nil where the rule has none.
    package let difference: Estimate?

    init(_ name: String, holds: Bool, _ finding: String, difference: Estimate? = nil) {
      (self.name, self.holds, self.finding) = (name, holds, finding)
      self.difference = difference
    }
  }

  package let rules: [Rule]

  /// Whether all rules hold.
  package var isPromoted: Bool { rules.allSatisfy(\.holds) }
}

/// A number as findings show it.
private func text(_ value: Double) -> String {
  let thousandths = (value * 1000).rounded() / 1000
  return "\(thousandths == 0 ? 0 : thousandths)"
}

private func text(_ estimate: Estimate) -> String {
  let sign = estimate.mean >= 0 ? "+" : ""
  let interval = estimate.interval.map { " [\(text($0.low)), \(text($0.high))]" } ?? ""
  return sign + text(estimate.mean) + interval
}
