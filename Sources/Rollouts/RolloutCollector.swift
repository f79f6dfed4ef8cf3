package import Policies
import Randomness

package import VerifierKit
package import Verifiers

/// Turns problems into groups of rollouts, and rollouts into rewards.
package struct RolloutCollector {
  private let policy: Policy
  private let sampling: SamplingSettings
  private let seed: UInt64

  package init(_ policy: Policy, sampling: SamplingSettings, seed: UInt64) {
    (self.policy, self.sampling, self.seed) = (policy, sampling, seed)
  }

  /// Samples `groupSize` completions of each problem.
  ///
  /// - Parameters:
  ///   - problems: Each once.
  ///   - groupSize: Completions of each.
  ///   - stream: Distinguishes occasions (a round, an evaluation), so that a problem that comes again
  ///     is answered anew; so it is within one call.
  ///   - progress: Told how many completions are done.
  /// - Returns: A group for each problem, in their order, not yet judged.
  /// - Throws: ``PolicyError/promptTooLong(problem:tokens:limit:positions:)`` or a `TokenizerError`.
  package func sample(
    _ problems: [Problem], groupSize: Int, stream: UInt64, progress: ((Int) -> Void)? = nil
  ) throws -> [RolloutGroup] {
    let prompts = try problems.map { try promptTokens($0) }
    var times: [String: UInt64] = [:]
    let requests = zip(problems, prompts).map { problem, prompt in
      let before = times[problem.id, default: 0]
      times[problem.id] = before + 1
      return GenerationRequest(
        promptTokens: prompt, samples: groupSize,
        key: CounterGenerator.mix(stream &+ Self.hash(problem.id) &+ CounterGenerator.mix(before)))
    }
    let completions = Generator(policy, settings: sampling, seed: seed)
      .generate(requests, progress: progress)
    return problems.indices.map { index in
      RolloutGroup(
        problem: problems[index], promptTokens: prompts[index],
        rollouts: completions[index].map {
          Rollout(
            problem: problems[index], sampled: $0, temperature: sampling.temperature)
        })
    }
  }

  /// The tokens of a problem's prompt, which must leave room for a completion.
  package func promptTokens(_ problem: Problem) throws -> [Int32] {
    let tokens = try policy.promptTokens(problem.prompt)
    guard !tokens.isEmpty, tokens.count + sampling.maxCompletionTokens <= policy.maxPositions
    else {
      throw PolicyError.promptTooLong(
        problem: problem.id, tokens: tokens.count, limit: sampling.maxCompletionTokens,
        positions: policy.maxPositions)
    }
    return tokens
  }

  /// FNV-1a over UTF-8, stable from one run to the next.
  private static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}

extension Judge {
  /// Judges all rollouts of groups in place.
  package func judge(_ groups: inout [RolloutGroup]) async throws {
    let requests = groups.flatMap { group in
      group.rollouts.map { JudgeRequest(problem: group.problem, completion: $0.completion) }
    }
    var judgements = try await judge(requests).makeIterator()
    for group in groups.indices {
      for rollout in groups[group].rollouts.indices {
        guard let judgement = judgements.next() else {
          preconditionFailure("fewer judgements than rollouts")
        }
        groups[group].rollouts[rollout].record(judgement)
      }
    }
  }
}
