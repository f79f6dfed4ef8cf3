import Policies
import TestPolicies
import Testing
import VerifierKit

@testable import Rollouts

@Suite struct RolloutCollectorTests {
  private func collector(
    seed: UInt64 = 1, limit: Int = 8, temperature: Double = 1
  ) throws -> RolloutCollector {
    var sampling = SamplingSettings()
    (sampling.maxCompletionTokens, sampling.temperature) = (limit, temperature)
    return RolloutCollector(try SmallPolicy.make(), sampling: sampling, seed: seed)
  }

  private let problems = ["1+2=", "3+4=", "1+2="].enumerated().map { index, prompt in
    Problem(id: "p\(index)", prompt: prompt)
  }

  private func tokens(_ groups: [RolloutGroup]) -> [[[Int32]?]] {
    groups.map { $0.rollouts.map(\.tokens) }
  }

  @Test func `each problem has a group of completions with their numbers`() throws {
    let groups = try collector(temperature: 0.5).sample(problems, groupSize: 3, stream: 0)
    #expect(groups.map(\.problem.id) == ["p0", "p1", "p2"])
    #expect(groups[0].promptTokens == [1, 10, 2, 11])
    for rollout in groups.flatMap(\.rollouts) {
      #expect(rollout.tokens?.count == rollout.logProbs?.count)
      #expect(rollout.temperature == 0.5 && rollout.stopReason != nil)
      #expect(rollout.reward == nil && rollout.verdicts == nil)
    }
    #expect(groups.allSatisfy { $0.rollouts.count == 3 })
  }

  @Test func `draws follow from the seed, the occasion and the problem`() throws {
    let first = tokens(try collector().sample(problems, groupSize: 4, stream: 0))
    #expect(tokens(try collector().sample(problems, groupSize: 4, stream: 0)) == first)
    #expect(first[0] != first[2], "equal prompts of different problems")
    let alone = try collector().sample([problems[2]], groupSize: 4, stream: 0)
    #expect(tokens(alone)[0] == first[2], "whatever else is asked")
    #expect(tokens(try collector().sample(problems, groupSize: 4, stream: 1)) != first)
    #expect(tokens(try collector(seed: 2).sample(problems, groupSize: 4, stream: 0)) != first)
  }

  @Test func `a problem that comes twice in a round is answered anew`() throws {
    let twice = try collector().sample(
      [problems[0], problems[1], problems[0]], groupSize: 4, stream: 0)
    #expect(tokens(twice)[0] != tokens(twice)[2])
    let alone = try collector().sample([problems[0]], groupSize: 4, stream: 0)
    #expect(tokens(twice)[0] == tokens(alone)[0], "its first group is the one that it has alone")
  }

  @Test func `a prompt that leaves no room for a completion is refused by name`() throws {
    // The model has 96 positions.
    let long = Problem(id: "long", prompt: String(repeating: "1", count: 90))
    _ = try collector(limit: 6).promptTokens(long)
    #expect(
      throws: PolicyError.promptTooLong(problem: "long", tokens: 90, limit: 7, positions: 96)
    ) { try collector(limit: 7).promptTokens(long) }
    #expect(throws: PolicyError.self) {
      try collector().promptTokens(Problem(id: "empty", prompt: ""))
    }
  }
}
