/// The chance that at least one of `k` samples is right, estimated without bias from more of them.
///
/// `1 - C(samples - correct, k) / C(samples, k)`
///
/// - Precondition: `1 <= k <= samples` and `0 <= correct <= samples`.
/// - SeeAlso: Chen 2021 (Codex), equation 1.
package func passAtK(_ k: Int, samples: Int, correct: Int) -> Double {
  precondition(
    k >= 1 && k <= samples && correct >= 0 && correct <= samples,
    "pass@\(k) of \(samples) samples, \(correct) correct")
  let wrong = samples - correct
  guard wrong >= k else { return 1 }
  var allWrong = 1.0
  for index in (wrong + 1)..<(samples + 1) { allWrong *= 1 - Double(k) / Double(index) }
  return 1 - allWrong
}

/// Samples of one problem that gave the same answer.
package struct AnswerClass: Equatable, Sendable {
  /// How many samples gave it.
  package let samples: Int
  package let isCorrect: Bool

  package init(samples: Int, isCorrect: Bool) {
    self.samples = samples
    self.isCorrect = isCorrect
  }

  /// Groups samples by answer.
  ///
  /// Those that were judged correct are one class, however they are written: they all equal the
  /// reference. A sample without an answer is in no class: it does not vote.
  ///
  /// - Parameters:
  ///   - answers: The answer of each sample in canonical spelling, `nil` where it gave none.
  ///   - isCorrect: The verdict on each sample.
  /// - Returns: The classes, in the order in which they first occur.
  package static func classes(answers: [String?], isCorrect: [Bool]) -> [AnswerClass] {
    precondition(
      answers.count == isCorrect.count, "\(answers.count) answers, \(isCorrect.count) verdicts")
    var order: [String?] = []
    var counts: [String?: Int] = [:]
    for (answer, isCorrect) in zip(answers, isCorrect) where answer != nil {
      let key = isCorrect ? nil : answer  // `nil` stands for the reference
      if counts[key] == nil { order.append(key) }
      counts[key, default: 0] += 1
    }
    return order.map { AnswerClass(samples: counts[$0] ?? 0, isCorrect: $0 == nil) }
  }
}

/// The chance that the most frequent answer of `k` samples is right, estimated without bias from
/// more of them: the exact mean over all choices of `k`.
///
/// Among tied answers one is picked at random; a choice in which nobody votes is wrong.
///
/// - Parameters:
///   - k: Samples per vote.
///   - classes: Samples by answer; at most one class is correct.
///   - abstentions: Samples without an answer.
/// - Returns: A probability.
/// - Precondition: `k` is at least 1 and at most the number of samples, abstentions included.
package func majorityAtK(_ k: Int, classes: [AnswerClass], abstentions: Int = 0) -> Double {
  let samples = classes.reduce(abstentions) { $0 + $1.samples }
  precondition(k >= 1 && k <= samples, "maj@\(k) of \(samples) samples")
  precondition(
    abstentions >= 0 && classes.allSatisfy { $0.samples >= 0 }
      && classes.count(where: \.isCorrect) <= 1, "classes \(classes), \(abstentions) abstentions")
  guard let right = classes.first(where: \.isCorrect), right.samples > 0 else { return 0 }
  let wrong = classes.filter { !$0.isCorrect && $0.samples > 0 }.map(\.samples)
  return (1...min(k, right.samples)).reduce(0) { chance, votes in
    var draw = RandomDraw(samples: samples, drawing: k)
    draw.take(exactly: votes, of: right.samples)
    for size in wrong { draw.take(atMost: votes, of: size) }
    draw.takeRest(of: abstentions)
    return chance + draw.chanceOfWinningTies
  }
}

/// The chance that a vote of `k` is right, from the answer of each sample and the verdict on it.
///
/// - Precondition: as many verdicts as answers, and `k` is at least 1 and at most their number.
package func majorityAtK(_ k: Int, answers: [String?], isCorrect: [Bool]) -> Double {
  majorityAtK(
    k, classes: AnswerClass.classes(answers: answers, isCorrect: isCorrect),
    abstentions: answers.count { $0 == nil })
}
