package import Policies
package import Rollouts
package import Tasks
import VerifierKit
package import Verifiers

/// Asks a policy all problems of a set, greedily and by samples, and counts what passed.
package struct Evaluator {
  private let settings: EvaluationSettings

  /// - Parameter settings: Validated.
  package init(_ settings: EvaluationSettings) { self.settings = settings }

  /// What an evaluation leaves: the figures, and every completion with its verdicts.
  package struct Outcome: Sendable {
    package let report: EvaluationReport
    package let greedy: [RolloutGroup]
    package let sampled: [RolloutGroup]
  }

  /// Evaluates `policy`; its verdicts come from `judge`.
  ///
  /// - Parameters:
  ///   - policy: Whose weights stay as they are.
  ///   - tasks: Whose problems are asked, up to the limit.
  ///   - judge: Scores every completion.
  ///   - progress: Told how many completions are done, of how many.
  /// - Returns: The figures and all completions.
  /// - Throws: `PolicyError` for a prompt that is too long, or what the judge throws.
  package func evaluate(
    _ policy: Policy, on tasks: TaskSet, judge: Judge, progress: ((Int, Int) -> Void)? = nil
  ) async throws -> Outcome {
    let problems = settings.limit.map { Array(tasks.problems.prefix($0)) } ?? tasks.problems
    let total = problems.count * (1 + settings.samples)
    var greedy = try collector(policy, temperature: 0).sample(
      problems, groupSize: 1, stream: 0x67_72_65_65,
      progress: progress.map { tell in { tell($0, total) } })
    try await judge.judge(&greedy)
    var sampled: [RolloutGroup] = []
    if settings.samples > 0 {
      sampled = try collector(policy, temperature: settings.temperature).sample(
        problems, groupSize: settings.samples, stream: 0x73_61_6d_70,
        progress: progress.map { tell in { tell($0 + problems.count, total) } })
      try await judge.judge(&sampled)
    }
    return Outcome(
      report: report(tasks.name, greedy: greedy, sampled: sampled), greedy: greedy,
      sampled: sampled)
  }

  private func collector(_ policy: Policy, temperature: Double) -> RolloutCollector {
    RolloutCollector(
      policy, sampling: settings.sampling(temperature: temperature), seed: settings.seed)
  }

  // MARK: - Counting

  /// The figures of judged groups: one greedy completion a problem, and `samples` others.
  package func report(
    _ taskSet: String, greedy: [RolloutGroup], sampled: [RolloutGroup]
  ) -> EvaluationReport {
    let results = greedy.indices.map { index in
      let scored = sampled.isEmpty ? [] : sampled[index].rollouts.compactMap(\.isCorrect)
      return EvaluationReport.ProblemResult(
        id: greedy[index].problem.id, greedy: greedy[index].rollouts.first?.isCorrect,
        samples: scored.count, passed: scored.filter(\.self).count)
    }
    let all = (greedy + sampled).flatMap(\.rollouts)
    let drawn = sampled.flatMap(\.rollouts)
    let (share, interval) = Self.greedy(results)
    return EvaluationReport(
      name: settings.name, taskSet: taskSet, problems: results.count, samples: settings.samples,
      temperature: settings.temperature, greedy: share, greedyInterval: interval,
      mean: Self.mean(results), passAtK: passAtK(results), majAtK: majorityAtK(sampled),
      unscoredShare: UnscoredReport(all).share,
      finishedShare: Self.share(drawn.isEmpty ? all : drawn) { $0.stopReason != .lengthLimit },
      families: families(greedy.map(\.problem), results), results: results)
  }

  private static func share(_ rollouts: [Rollout], _ holds: (Rollout) -> Bool) -> Double {
    rollouts.isEmpty ? 0 : Double(rollouts.filter(holds).count) / Double(rollouts.count)
  }

  private static func greedy(
    _ results: [EvaluationReport.ProblemResult]
  ) -> (share: Double, interval: Interval) {
    let scored = results.compactMap(\.greedy)
    guard !scored.isEmpty else { return (0, Interval(low: 0, high: 1)) }
    let passed = scored.filter(\.self).count
    return (
      Double(passed) / Double(scored.count),
      wilsonInterval(correct: passed, samples: scored.count)
    )
  }

  /// Mean over all scored samples; samples of one problem are one cluster.
  private static func mean(_ results: [EvaluationReport.ProblemResult]) -> Estimate? {
    var (scores, clusters): ([Double], [Int]) = ([], [])
    for (index, result) in results.enumerated() {
      scores += (0..<result.samples).map { $0 < result.passed ? 1 : 0 }
      clusters += Array(repeating: index, count: result.samples)
    }
    return scores.isEmpty ? nil : Estimate(of: scores, clusters: clusters)
  }

  /// `1, 2, 4, …` up to the number of samples.
  private var ks: [Int] {
    Array(sequence(first: 1) { $0 * 2 }.prefix { $0 <= settings.samples })
  }

  private func passAtK(_ results: [EvaluationReport.ProblemResult]) -> [String: Double] {
    var values: [String: Double] = [:]
    for k in ks {
      let usable = results.filter { $0.samples >= k }
      guard !usable.isEmpty else { continue }
      let sum = usable.reduce(0) {
        $0 + Evaluation.passAtK(k, samples: $1.samples, correct: $1.passed)
      }
      values["\(k)"] = sum / Double(usable.count)
    }
    return values
  }

  private func majorityAtK(_ groups: [RolloutGroup]) -> [String: Double] {
    var values: [String: Double] = [:]
    for k in ks where k > 1 {
      let votes = groups.compactMap { group -> Double? in
        let scored = group.rollouts.filter { $0.isCorrect != nil }
        guard scored.count >= k else { return nil }
        return Evaluation.majorityAtK(
          k, answers: scored.map { $0.verdicts?.first?.answer },
          isCorrect: scored.map { $0.isCorrect ?? false })
      }
      if !votes.isEmpty { values["\(k)"] = votes.reduce(0, +) / Double(votes.count) }
    }
    return values
  }

  private func families(
    _ problems: [Problem], _ results: [EvaluationReport.ProblemResult]
  ) -> [String: EvaluationReport.FamilyResult] {
    var members: [String: [EvaluationReport.ProblemResult]] = [:]
    for (problem, result) in zip(problems, results) {
      guard case .string(let family)? = problem.metadata["family"] else { continue }
      members[family, default: []].append(result)
    }
    return members.mapValues { results in
      let (share, interval) = Self.greedy(results)
      return EvaluationReport.FamilyResult(
        problems: results.count, greedy: share, greedyInterval: interval,
        mean: Self.mean(results)?.mean)
    }
  }
}
