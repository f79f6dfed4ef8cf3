package import Policies
package import PolicyGradient
package import Tensors
import Transformers

/// Changes a policy's weights: supervised steps and policy-gradient steps alike.
///
/// The weight of each token is computed once for a step over its whole batch, so the gradient does
/// not depend on how the batch is split to bound memory, but for the order of sums, and in eight bits
/// for the groups of rows that are rounded together.
package final class Updater {
  package let policy: Policy
  package let table: RegularizationTable
  package let optimizer: OptimizerSettings
  package let regularization: RegularizationSettings
  /// Steps of the stage, over which the schedules run.
  package let steps: Int
  /// Rows of a pass.
  package let rowBudget: Int
  /// Of the products of a pass; weights, moments and gradients are of float32.
  package let precision: ProductPrecision
  /// Steps taken so far, skipped ones included.
  package private(set) var stepsTaken = 0
  /// Steps that changed weights; the moments' bias corrections count these.
  package private(set) var stepsApplied = 0
  /// Means of gradients and of their squares, laid out like the parameters.
  package let means: FloatBuffer
  package let squares: FloatBuffer
  private let schedule: LearningRateSchedule
  private let seed: UInt64

  /// An updater that has taken no step.
  ///
  /// - Parameters:
  ///   - policy: Whose weights change.
  ///   - optimizer: Validated.
  ///   - regularization: Validated.
  ///   - steps: Of the whole stage.
  ///   - rowBudget: Rows of a pass, which bounds its memory.
  ///   - precision: Of the products of a pass.
  ///   - seed: Of the stage; decides dropout masks.
  package init(
    _ policy: Policy, optimizer: OptimizerSettings, regularization: RegularizationSettings,
    steps: Int, rowBudget: Int, precision: ProductPrecision = .float32, seed: UInt64
  ) {
    (self.policy, self.optimizer, self.regularization) = (policy, optimizer, regularization)
    (self.steps, self.rowBudget, self.precision, self.seed) = (steps, rowBudget, precision, seed)
    table = RegularizationTable(policy.shape, finalBlocks: regularization.finalBlocks)
    means = FloatBuffer(count: policy.parameters.table.count)
    squares = FloatBuffer(count: policy.parameters.table.count)
    schedule = LearningRateSchedule(optimizer.schedule, steps: steps)
  }

  /// Goes on where a checkpoint was written; the moments are filled by the caller.
  package func resume(stepsTaken: Int, stepsApplied: Int) {
    (self.stepsTaken, self.stepsApplied) = (stepsTaken, stepsApplied)
  }

  /// Moves the schedules to `step` of the stage, so that they follow rounds even where a round has
  /// fewer groups to learn from than steps.
  package func begin(atStep step: Int) { stepsTaken = step }

  /// Whether the next step drops values, so that its log-probabilities are not the policy's own.
  package var drops: Bool { dropoutPlan() != nil }

  // MARK: - Steps

  /// One supervised step: the mean log-probability of all tokens rises.
  package func fit(_ groups: [TrainingGroup]) -> StepStatistics {
    let tokens = groups.reduce(0) { $0 + $1.sequences.reduce(0) { $0 + $1.tokens.count } }
    let weight = 1 / Double(max(tokens, 1))
    return step(groups) { lot, gradients in
      var diagnostics = SequenceDiagnostics()
      var activations = policy.transformer.forward(
        lot.packed.rows, dropout: lot.dropout, as: precision)
      let dOutput = TokenHead(policy.transformer).backward(
        activations, lot.packed.targets, temperature: 1, gradients: gradients
      ) { chunk in
        diagnostics.tokens += chunk.range.count
        diagnostics.loss -= weight * chunk.logProbs.reduce(0) { $0 + Double($1) }
        diagnostics.entropySum += chunk.entropies.reduce(0) { $0 + Double($1) }
        return TokenHead.Slopes(
          dLogProbs: chunk.range.map { _ in Float(-weight) },
          dEntropies: chunk.range.map { _ in 0 })
      }
      policy.transformer.backward(
        dOutput, activations: &activations, gradients: gradients, isOnlyPass: lot.isOnlyPass)
      return diagnostics
    }
  }

  /// One policy-gradient step.
  ///
  /// - Parameters:
  ///   - groups: The whole batch of the step.
  ///   - objective: The loss.
  ///   - temperature: At which the completions were sampled, and are scored.
  ///   - maximumLength: Limit of a completion, in tokens.
  ///   - gapLimit: Largest difference between a token's log-probability as sampled and as this step
  ///     finds it, in nats; a step that finds a larger one changes nothing.
  /// - Returns: What the step did.
  package func improve(
    _ groups: [TrainingGroup], objective: Objective, temperature: Float, maximumLength: Int,
    gapLimit: Double = .infinity
  ) -> StepStatistics {
    let sequences = groups.flatMap(\.sequences)
    let lengths = sequences.map(\.tokens.count)
    let weights = objective.weights(
      lengths: lengths,
      promptOf: groups.enumerated().flatMap { index, group in
        group.sequences.map { _ in index }
      },
      maximumLength: maximumLength)
    let entropyWeight = objective.entropyWeight(lengths: lengths)
    let firstOf = groups.indices.map { index in
      groups[..<index].reduce(0) { $0 + $1.sequences.count }
    }
    return step(groups, gapLimit: gapLimit) { lot, gradients in
      let members = lot.parts.flatMap { part in part.completions.map { firstOf[part.group] + $0 } }
      var slopes = SlopeTracker(
        objective: objective, sequences: members.map { sequences[$0] },
        weights: members.map { weights[$0] }, entropyWeight: entropyWeight,
        ranges: lot.packed.completions)
      var activations = policy.transformer.forward(
        lot.packed.rows, dropout: lot.dropout, as: precision)
      let head = TokenHead(policy.transformer)
      if objective.needsWholeSequence {
        slopes.precompute(
          head.score(activations, lot.packed.targets, temperature: temperature).logProbs)
      }
      let dOutput = head.backward(
        activations, lot.packed.targets, temperature: temperature, gradients: gradients
      ) { slopes.slopes(of: $0) }
      policy.transformer.backward(
        dOutput, activations: &activations, gradients: gradients, isOnlyPass: lot.isOnlyPass)
      return slopes.diagnostics
    }
  }

  // MARK: - Parts of a step

  /// What one pass works on.
  private struct Lot {
    let parts: [(group: Int, completions: Range<Int>)]
    let packed: PackedGroups
    let dropout: DropoutPlan?
    /// Whether the step has no other pass.
    let isOnlyPass: Bool
  }

  private func step(
    _ groups: [TrainingGroup], gapLimit: Double = .infinity,
    accumulate: (Lot, Parameters) -> SequenceDiagnostics
  ) -> StepStatistics {
    var statistics = StepStatistics()
    let rateFactor = schedule.factor(at: stepsTaken)
    let dropout = dropoutPlan()
    let tokenGroups = groups.map(\.tokens)
    let lots = PackedGroups.lots(of: tokenGroups, rowBudget: rowBudget)
    let isOnlyPass = lots.count == 1
    let gradients = policy.transformer.zeroGradients(forOnePass: isOnlyPass)
    for parts in lots {
      let packed = PackedGroups(tokenGroups, parts: parts)
      guard packed.targets.count > 0 else { continue }
      statistics.diagnostics += accumulate(
        Lot(parts: parts, packed: packed, dropout: dropout, isOnlyPass: isOnlyPass), gradients)
      statistics.rows += packed.rows.count
    }
    guard gapLimit == .infinity || statistics.diagnostics.gap <= gapLimit else {
      statistics.wasRefused = true
      return statistics
    }
    let phase = KernelProfile.begin("optimiser")
    defer { phase.end() }
    statistics.gradientNorm = gradients.values.sumOfSquares.squareRoot()
    statistics.learningRate = optimizer.learningRate * rateFactor
    if statistics.gradientNorm.isFinite {
      apply(gradients.values, norm: statistics.gradientNorm, rateFactor: rateFactor)
    } else {
      statistics.wasSkipped = true
    }
    stepsTaken += 1
    return statistics
  }

  private func apply(_ gradients: FloatBuffer, norm: Double, rateFactor: Double) {
    stepsApplied += 1
    let decay = regularization.weightDecay(rateFactor: rateFactor)
    for (group, range) in table.ranges {
      AdamWStep(
        rate: Float(optimizer.learningRate * rateFactor), decay: group == .body ? Float(decay) : 0,
        beta1: Float(optimizer.beta1), beta2: Float(optimizer.beta2),
        epsilon: Float(optimizer.epsilon), step: stepsApplied,
        gradientScale: Float(min(1, optimizer.gradientClip / (norm + 1e-6)))
      ).apply(
        to: policy.parameters.values, gradients: gradients, means: means, squares: squares,
        range: range)
    }
  }

  private func dropoutPlan() -> DropoutPlan? {
    let probability = regularization.dropout(at: stepsTaken, of: steps)
    guard probability > 0, table.blockMayDrop.contains(true) else { return nil }
    return DropoutPlan(
      probabilities: table.blockMayDrop.map { $0 ? Float(probability) : 0 },
      key: seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(stepsTaken))
  }
}
