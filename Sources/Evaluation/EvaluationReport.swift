/// What an evaluation found.
package struct EvaluationReport: Codable, Equatable, Sendable {
  package let name: String
  package let taskSet: String
  /// Problems asked.
  package let problems: Int
  /// Completions sampled per problem.
  package let samples: Int
  package let temperature: Double
  /// Share of problems that greedy decoding answers, of those that could be scored.
  package let greedy: Double
  /// 95 %, Wilson's.
  package let greedyInterval: Interval
  /// Mean score of samples, with an error that knows which belong to one problem; `nil` without
  /// samples.
  package let mean: Estimate?
  /// Unbiased, by `k`.
  package let passAtK: [String: Double]
  /// Expected over ties and subsets, by `k`.
  package let majAtK: [String: Double]
  /// Share of all judged completions that no verifier could score.
  package let unscoredShare: Double
  /// Share of sampled completions that ended by themselves.
  package let finishedShare: Double
  /// By `metadata.family`, where problems have one.
  package let families: [String: FamilyResult]
  /// By problem: for paired differences.
  package let results: [ProblemResult]

  /// One problem's outcome.
  package struct ProblemResult: Codable, Equatable, Sendable {
    package let id: String
    /// `nil` where it could not be scored.
    package let greedy: Bool?
    /// Scored samples, and those that passed.
    package let samples: Int
    package let passed: Int
  }

  /// A family's figures.
  package struct FamilyResult: Codable, Equatable, Sendable {
    package let problems: Int
    package let greedy: Double
    package let greedyInterval: Interval
    package let mean: Double?
  }
}

/// How a policy changed between two evaluations of the same problems.
package struct EvaluationComparison: Codable, Equatable, Sendable {
  package let before: String
  package let after: String
  /// Paired over the problems that both scored.
  package let problems: Int
  package let greedy: Estimate
  package let mean: Estimate?

  /// `nil` where they have fewer than two problems in common.
  package init?(before: EvaluationReport, after: EvaluationReport) {
    let earlier = Dictionary(before.results.map { ($0.id, $0) }) { first, _ in first }
    let pairs = after.results.compactMap { result in earlier[result.id].map { ($0, result) } }
    let greedyPairs = pairs.compactMap { pair -> (Double, Double)? in
      guard let first = pair.0.greedy, let second = pair.1.greedy else { return nil }
      return (first ? 1 : 0, second ? 1 : 0)
    }
    guard greedyPairs.count >= 2 else { return nil }
    (self.before, self.after, problems) = (before.name, after.name, greedyPairs.count)
    greedy = pairedDifference(before: greedyPairs.map(\.0), after: greedyPairs.map(\.1))
    let sampled = pairs.filter { $0.0.samples > 0 && $0.1.samples > 0 }
    mean =
      sampled.count < 2
      ? nil
      : pairedDifference(
        before: sampled.map { Double($0.0.passed) / Double($0.0.samples) },
        after: sampled.map { Double($0.1.passed) / Double($0.1.samples) })
  }
}
