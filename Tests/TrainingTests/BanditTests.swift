import Policies
import PolicyGradient
import TestPolicies
import Testing

@testable import Training

/// The smallest task there is: of two answers one is paid for.
@Suite struct BanditTests {
  @Test(arguments: ObjectivePreset.allCases)
  func `each preset learns which of two answers is paid for`(preset: ObjectivePreset) throws {
    let policy = try SmallPolicy.make(blocks: 1)
    let (prompt, right, wrong): ([Int32], Int32, Int32) = ([1, 10, 2, 11], 3, 5)
    func logProbs() -> [Float] {
      policy.score(
        [TokenGroup(prompt: prompt, completions: [[right], [wrong]])], temperature: 1)[0]
        .map { $0.logProbs[0] }
    }
    let reference = logProbs()
    let objective = Objective(preset.settings)
    let updater = UpdaterTests.updater(policy, learningRate: 3e-3)
    for _ in 0..<8 {
      // As if both had been sampled twice, each round on policy.
      let now = logProbs()
      let rewards: [Double?] = [1, 0, 1, 0]
      let advantages = objective.advantages(of: [rewards])[0]
      let sequences = advantages.enumerated().map { index, advantage in
        TrainingSequence(
          tokens: [index % 2 == 0 ? right : wrong], oldLogProbs: [now[index % 2]],
          referenceLogProbs: [reference[index % 2]], advantage: advantage)
      }
      let statistics = updater.improve(
        [TrainingGroup(prompt: prompt, sequences: sequences)], objective: objective,
        temperature: 1, maximumLength: 1)
      #expect(!statistics.wasSkipped && statistics.gradientNorm > 0)
    }
    let after = logProbs()
    #expect(after[0] > reference[0] + 0.3, "the paid answer became likelier")
    #expect(after[1] < reference[1] - 0.1, "the other one less likely")
  }
}
