import Policies
import PolicyGradient
import Tensors
import TestPolicies
import TestSupport
import Testing
import Transformers

@testable import Training

@Suite struct UpdaterTests {
  /// Groups of different sizes with advantages; old log-probabilities are those of `policy`.
  static func groups(_ policy: Policy, temperature: Float = 0.8) -> [TrainingGroup] {
    let prompts: [[Int32]] = [[1, 2, 10], [4], [5, 10, 5, 11, 7]]
    let completions: [[[Int32]]] = [
      [[3, 4, 13], [5, 13], [13], [6, 6, 6, 1, 2]], [[9, 13], [2, 2, 2]],
      [[7, 13], [8, 1, 13], [0, 13]],
    ]
    let advantages = [[1.2, -0.4, -0.3, -0.5], [0.5, -0.5], [-0.2, 0.9, -0.7]]
    let scores = policy.score(
      zip(prompts, completions).map { TokenGroup(prompt: $0, completions: $1) },
      temperature: temperature)
    return prompts.indices.map { group in
      TrainingGroup(
        prompt: prompts[group],
        sequences: completions[group].indices.map { index in
          TrainingSequence(
            tokens: completions[group][index], oldLogProbs: scores[group][index].logProbs,
            referenceLogProbs: scores[group][index].logProbs.map { $0 - 0.1 },
            advantage: advantages[group][index])
        })
    }
  }

  /// An updater that steps plainly: its means are a tenth of the gradients.
  static func updater(
    _ policy: Policy, rowBudget: Int = 1000, precision: ProductPrecision = .float32,
    dropout: Double = 0, decay: Double = 0,
    learningRate: Double = 1e-3, finalBlocks: Int = 1
  ) -> Updater {
    var (optimizer, regularization) = (OptimizerSettings(), RegularizationSettings())
    optimizer.learningRate = learningRate
    optimizer.schedule.warmUp = 0
    optimizer.gradientClip = 1e30
    regularization.dropout = dropout
    regularization.weightDecay = decay
    regularization.finalBlocks = finalBlocks
    return Updater(
      policy, optimizer: optimizer, regularization: regularization, steps: 10,
      rowBudget: rowBudget, precision: precision, seed: 3)
  }

  /// The gradient of one step: means begin at 0, so after it they are `(1 - beta1)` times as large.
  private func gradient(_ updater: Updater) -> [Float] { updater.means.array.map { $0 * 10 } }

  private func settings(_ preset: ObjectivePreset) -> ObjectiveSettings {
    var settings = preset.settings
    settings.entropyCoefficient = 0.01
    return settings
  }

  // MARK: - Splitting

  @Test(arguments: ObjectivePreset.allCases, [0, 0.3])
  func `the gradient does not depend on the row budget`(
    preset: ObjectivePreset, dropout: Double
  ) throws {
    var results: [[Float]] = []
    var losses: [Double] = []
    for budget in [1000, 12, 7, 1] {
      let policy = try SmallPolicy.make()
      let groups = Self.groups(policy)
      let updater = Self.updater(policy, rowBudget: budget, dropout: dropout)
      let statistics = updater.improve(
        groups, objective: Objective(settings(preset)), temperature: 0.8, maximumLength: 8)
      results.append(gradient(updater))
      losses.append(statistics.diagnostics.loss)
      #expect(statistics.diagnostics.tokens == 23)
    }
    #expect(results[0].contains { $0 != 0 })
    for result in results.dropFirst() { expectClose(result, results[0], .accumulated(terms: 64)) }
    for loss in losses { #expect(abs(loss - losses[0]) < 1e-6) }
  }

  @Test func `a supervised gradient does not depend on the row budget`() throws {
    var results: [[Float]] = []
    for budget in [1000, 9, 1] {
      let policy = try SmallPolicy.make()
      let updater = Self.updater(policy, rowBudget: budget, dropout: 0.2)
      _ = updater.fit(Self.groups(policy))
      results.append(gradient(updater))
    }
    for result in results.dropFirst() { expectClose(result, results[0], .accumulated(terms: 64)) }
  }

  /// Nine sequences of 23 tokens: each token of a sequence weighs the same, whatever it shares a
  /// pass with, so the gradient of the whole is the sum of the gradients of its groups, each scaled
  /// by its share of the tokens.
  @Test func `tokens are weighted over the whole batch`() throws {
    let policy = try SmallPolicy.make()
    let groups = Self.groups(policy)
    let objective = Objective(ObjectivePreset.reinforce.settings)
    func gradientOf(_ groups: [TrainingGroup]) throws -> [Float] {
      let updater = Self.updater(try SmallPolicy.make(), rowBudget: 8)
      _ = updater.improve(groups, objective: objective, temperature: 0.8, maximumLength: 8)
      return gradient(updater)
    }
    let parts = try groups.map { try gradientOf([$0]) }
    let shares = groups.map { group in
      Float(group.sequences.reduce(0) { $0 + $1.tokens.count }) / 23
    }
    let sum = parts[0].indices.map { index in
      zip(parts, shares).reduce(Float(0)) { $0 + $1.0[index] * $1.1 }
    }
    expectClose(try gradientOf(groups), sum, .accumulated(terms: 64))
  }

  // MARK: - Laws of a step

  @Test(arguments: ObjectivePreset.allCases)
  func `on the first update every ratio is 1 and nothing clips`(preset: ObjectivePreset) throws {
    let policy = try SmallPolicy.make()
    let statistics = Self.updater(policy).improve(
      Self.groups(policy), objective: Objective(preset.settings), temperature: 0.8,
      maximumLength: 8)
    #expect(statistics.diagnostics.largestLogRatio < 1e-5)
    #expect(statistics.diagnostics.clipFraction == 0)
    #expect(abs(statistics.diagnostics.meanK1) < 1e-5)
    #expect(abs(statistics.diagnostics.meanK3) < 1e-9)
  }

  @Test func `a step on what another policy sampled is refused where a limit says so`() throws {
    let policy = try SmallPolicy.make()
    var groups = Self.groups(policy, temperature: 0.8)
    let first = groups[0].sequences[0]
    func shifted(by shift: Float) -> [TrainingGroup] {
      var oldLogProbs = first.oldLogProbs
      oldLogProbs[0] += shift
      groups[0].sequences[0] = TrainingSequence(
        tokens: first.tokens, oldLogProbs: oldLogProbs, advantage: first.advantage)
      return groups
    }
    let objective = Objective(ObjectivePreset.dapo.settings)
    let updater = Self.updater(policy)
    let before = policy.parameters.values.array
    for (shift, gap) in [(Float(-0.5), 0.5), (.nan, .infinity)] {
      let statistics = updater.improve(
        shifted(by: shift), objective: objective, temperature: 0.8, maximumLength: 8,
        gapLimit: 0.25)
      #expect(statistics.wasRefused && statistics.gradientNorm == 0)
      #expect(gap.isInfinite || abs(statistics.diagnostics.gap - gap) < 1e-5)
      #expect(gap.isFinite || statistics.diagnostics.gap == .infinity)
      #expect(policy.parameters.values.array == before && updater.stepsTaken == 0)
    }
    for (shift, limit) in [(Float(-0.5), 0.75), (0, 0.01), (-0.5, .infinity)] {
      let statistics = Self.updater(try SmallPolicy.make()).improve(
        shifted(by: shift), objective: objective, temperature: 0.8, maximumLength: 8,
        gapLimit: limit)
      #expect(!statistics.wasRefused && statistics.gradientNorm > 0)
    }
  }

  @Test(arguments: ObjectivePreset.allCases)
  func `the step's loss falls along the gradient`(preset: ObjectivePreset) throws {
    // A small step of the size ‖p‖∞ ≤ 1e-3 along Adam's signs must lower what is minimised.
    let policy = try SmallPolicy.make()
    let groups = Self.groups(policy)
    let objective = Objective(settings(preset))
    let updater = Self.updater(policy, learningRate: 1e-3)
    let first = updater.improve(groups, objective: objective, temperature: 0.8, maximumLength: 8)
    let second = updater.improve(groups, objective: objective, temperature: 0.8, maximumLength: 8)
    // CISPO's printed value is no function of the parameters: its ratio is held constant.
    if preset != .cispo { #expect(second.diagnostics.loss < first.diagnostics.loss) }
    #expect(second.diagnostics.largestLogRatio > 1e-4, "the policy moved")
  }

  @Test func `a wrong temperature shows as a ratio`() throws {
    let policy = try SmallPolicy.make()
    let statistics = Self.updater(policy).improve(
      Self.groups(policy, temperature: 0.8), objective: Objective(ObjectivePreset.dapo.settings),
      temperature: 1, maximumLength: 8)
    #expect(statistics.diagnostics.largestLogRatio > 0.01)
  }

  @Test func `the end of a sequence is learnt`() throws {
    let policy = try SmallPolicy.make()
    let prompt: [Int32] = [1, 2, 10]
    func end() -> Float {
      policy.score(
        [TokenGroup(prompt: prompt, completions: [[3, SmallPolicy.end]])], temperature: 1)[0][0]
        .logProbs[1]
    }
    let before = end()
    let updater = Self.updater(policy, learningRate: 3e-3)
    for _ in 0..<5 {
      let statistics = updater.fit([
        TrainingGroup(
          prompt: prompt, sequences: [TrainingSequence(tokens: [3, SmallPolicy.end])])
      ])
      #expect(statistics.diagnostics.tokens == 2)
    }
    #expect(end() > before + 0.2)
  }

  @Test func `the loss of a supervised step is the mean negative log-probability`() throws {
    let policy = try SmallPolicy.make()
    let groups = Self.groups(policy, temperature: 1)
    let all = groups.flatMap(\.sequences).flatMap(\.oldLogProbs)
    let statistics = Self.updater(policy, rowBudget: 9).fit(groups)
    let mean = -all.reduce(0, +) / Float(all.count)
    #expect(abs(statistics.diagnostics.loss - Double(mean)) < 1e-5)
    #expect(statistics.diagnostics.tokens == all.count)
  }

  @Test func `a gradient that is too long is scaled to the bound`() throws {
    func means(clip: Double) throws -> (sum: Double, norm: Double) {
      let policy = try SmallPolicy.make()
      var optimizer = OptimizerSettings()
      optimizer.gradientClip = clip
      let updater = Updater(
        policy, optimizer: optimizer, regularization: RegularizationSettings(), steps: 10,
        rowBudget: 100, seed: 1)
      let statistics = updater.fit(Self.groups(policy))
      return (10 * updater.means.sumOfSquares.squareRoot(), statistics.gradientNorm)
    }
    let free = try means(clip: 1e6)
    #expect(abs(free.sum / free.norm - 1) < 1e-4)
    let bound = try means(clip: free.norm / 3)
    #expect(abs(bound.norm / free.norm - 1) < 1e-6, "the norm is that before it was clipped")
    #expect(abs(bound.sum / (free.norm / 3) - 1) < 1e-4)
  }

  // MARK: - Steps that are left out

  @Test(arguments: ProductPrecision.allCases)
  func `a step that is not finite is left out and counted`(precision: ProductPrecision) throws {
    let policy = try SmallPolicy.make()
    let groups = Self.groups(policy)
    let updater = Self.updater(policy, precision: precision, decay: 0.1)
    _ = updater.fit(groups)
    let place = 77
    let value = policy.parameters.values[place]
    policy.parameters.values[place] = .nan
    let before = [policy.parameters.values, updater.means, updater.squares].map { buffer in
      buffer.array.map(\.bitPattern)
    }
    for step in 0..<2 {
      let statistics =
        step == 0
        ? updater.fit(groups)
        : updater.improve(
          groups, objective: Objective(ObjectivePreset.dapo.settings), temperature: 0.8,
          maximumLength: 8)
      #expect(statistics.wasSkipped && !statistics.gradientNorm.isFinite)
    }
    let after = [policy.parameters.values, updater.means, updater.squares].map { buffer in
      buffer.array.map(\.bitPattern)
    }
    #expect(after == before)
    #expect(updater.stepsTaken == 3 && updater.stepsApplied == 1)
    // What was not finite does not linger in the gradients.
    policy.parameters.values[place] = value
    #expect(updater.fit(groups).wasSkipped == false)
    #expect(policy.parameters.values.sumOfSquares.isFinite)
    #expect(updater.stepsTaken == 4 && updater.stepsApplied == 2)
  }

  // MARK: - Resuming

  @Test func `an updater that goes on takes the steps of one that never stopped`() throws {
    let (policy, other) = (try SmallPolicy.make(), try SmallPolicy.make())
    let groups = Self.groups(policy)
    let unbroken = Self.updater(policy, dropout: 0.2, decay: 0.1)
    for _ in 0..<3 { _ = unbroken.fit(groups) }
    let first = Self.updater(other, dropout: 0.2, decay: 0.1)
    for _ in 0..<2 { _ = first.fit(groups) }
    let second = Self.updater(other, dropout: 0.2, decay: 0.1)
    second.means.copy(from: first.means)
    second.squares.copy(from: first.squares)
    second.resume(stepsTaken: first.stepsTaken, stepsApplied: first.stepsApplied)
    _ = second.fit(groups)
    #expect(other.parameters.values.array == policy.parameters.values.array)
    #expect(second.means.array == unbroken.means.array)
  }
}
