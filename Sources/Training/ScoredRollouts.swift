package import Policies
package import Tensors
package import PolicyGradient
package import Rollouts
import VerifierKit

/// Judged rollouts from a file as the groups that one update learns from.
///
/// Rows of one problem are a group. What no verifier could score leaves its group, and a group whose
/// rollouts all scored the same holds no lesson. Rows without tokens or log-probabilities get them
/// from the policy, which then counts as the one that wrote them.
package struct ScoredRollouts {
  /// What was kept and what was left out.
  package struct Counts: Codable, Equatable, Sendable {
    package var rollouts = 0
    package var problems = 0
    /// Rollouts that no verifier could score.
    package var unscored = 0
    /// Groups without contrast, which were dropped.
    package var uniformGroups = 0
    /// Rows whose text was turned into tokens here.
    package var tokenized = 0
    /// Rows whose log-probabilities were computed here.
    package var scored = 0
  }

  /// Groups with contrast; each rollout has a reward, tokens and log-probabilities.
  package let groups: [RolloutGroup]
  /// At which the rollouts were sampled, and are scored.
  package let temperature: Double
  package let counts: Counts
  private let policy: Policy
  private let rowBudget: Int
  private let precision: ProductPrecision

  /// Groups and completes rollouts.
  ///
  /// - Parameters:
  ///   - rollouts: In any order.
  ///   - policy: What is to be trained.
  ///   - temperature: For rows that do not say theirs; `nil` stands for 1.
  ///   - rowBudget: Rows of a pass.
  ///   - precision: Of the products of a pass.
  /// - Throws: ``ScoredRolloutsError``, or a `TokenizerError`.
  package init(
    _ rollouts: [Rollout], policy: Policy, temperature: Double? = nil, rowBudget: Int,
    as precision: ProductPrecision = .float32
  ) throws {
    (self.policy, self.rowBudget, self.precision) = (policy, rowBudget, precision)
    self.temperature = try Self.temperature(of: rollouts, stated: temperature)
    var counts = Counts(rollouts: rollouts.count)
    var order: [String] = []
    var prompts: [String: String] = [:]
    var members: [String: [Rollout]] = [:]
    for rollout in rollouts {
      let problem = rollout.problem
      guard rollout.verdicts != nil || rollout.reward != nil else {
        throw ScoredRolloutsError.notJudged(problem: problem.id)
      }
      if let prompt = prompts.updateValue(problem.prompt, forKey: problem.id) {
        guard prompt == problem.prompt else {
          throw ScoredRolloutsError.twoPrompts(problem: problem.id)
        }
      } else {
        order.append(problem.id)
      }
      guard let reward = rollout.reward else {
        counts.unscored += 1
        continue
      }
      guard reward.isFinite else {
        throw ScoredRolloutsError.unusable(problem: problem.id, reason: "its reward is \(reward)")
      }
      members[problem.id, default: []].append(rollout)
    }
    counts.problems = order.count
    var groups: [RolloutGroup] = []
    for id in order {
      guard let rollouts = members[id], let problem = rollouts.first?.problem,
        Self.holdsLesson(rollouts)
      else {
        counts.uniformGroups += 1
        continue
      }
      groups.append(
        RolloutGroup(
          problem: problem, promptTokens: try policy.promptTokens(problem.prompt),
          rollouts: rollouts))
    }
    guard !groups.isEmpty else {
      throw ScoredRolloutsError.noLesson(problems: order.count, unscored: counts.unscored)
    }
    for index in groups.indices { try Self.complete(&groups[index], policy, &counts) }
    Self.score(&groups, policy, Float(self.temperature), rowBudget, precision, &counts)
    (self.groups, self.counts) = (groups, counts)
  }

  /// Tokens of the longest completion.
  package var longestCompletion: Int {
    groups.flatMap(\.rollouts).map { $0.tokens?.count ?? 0 }.max() ?? 0
  }

  /// Computes advantages.
  ///
  /// - Parameters:
  ///   - objective: What is maximised.
  ///   - reference: Policy of the KL term, where the objective has one.
  /// - Returns: What an update takes.
  package func trainingGroups(
    _ objective: Objective, reference: Policy?
  ) -> [TrainingGroup] {
    let advantages = objective.advantages(of: groups.map(\.rewards))
    let referenceScores = reference?.score(
      groups.map(\.tokenGroup), temperature: Float(temperature), rowBudget: rowBudget,
      as: precision)
    return groups.indices.map { index in
      TrainingGroup(
        prompt: groups[index].promptTokens,
        sequences: groups[index].rollouts.indices.map { position in
          TrainingSequence(
            tokens: groups[index].rollouts[position].tokens ?? [],
            oldLogProbs: groups[index].rollouts[position].logProbs ?? [],
            referenceLogProbs: referenceScores?[index][position].logProbs,
            advantage: advantages[index][position])
        })
    }
  }

  // MARK: - Checks and completions

  private static func temperature(of rollouts: [Rollout], stated: Double?) throws -> Double {
    let written = Set(rollouts.compactMap(\.temperature)).sorted()
    guard written.count <= 1 else {
      throw ScoredRolloutsError.temperatures(written)
    }
    if let stated, let one = written.first, stated != one {
      throw ScoredRolloutsError.temperatures([stated, one])
    }
    let temperature = written.first ?? stated ?? 1
    guard temperature > 0, temperature.isFinite else {
      throw ScoredRolloutsError.greedy(temperature: temperature)
    }
    return temperature
  }

  /// Verdicts decide where there are any; a shaped reward would make every group differ.
  private static func holdsLesson(_ rollouts: [Rollout]) -> Bool {
    guard let first = rollouts.first else { return false }
    if rollouts.contains(where: { $0.verdicts?.isEmpty == false }) {
      return RolloutGroup(problem: first.problem, promptTokens: [], rollouts: rollouts).hasContrast
    }
    return rollouts.contains { $0.reward != first.reward }
  }

  /// Gives each rollout its tokens, and checks those that it has.
  private static func complete(
    _ group: inout RolloutGroup, _ policy: Policy, _ counts: inout Counts
  ) throws {
    let vocabulary = Int32(policy.vocabularySize)
    for index in group.rollouts.indices {
      func refuse(_ reason: String) -> ScoredRolloutsError {
        .unusable(problem: group.problem.id, reason: reason)
      }
      let rollout = group.rollouts[index]
      let tokens: [Int32]
      if let written = rollout.tokens {
        tokens = written
      } else {
        let answer = try policy.answerTokens(rollout.completion)
        let ended = rollout.stopReason == nil || rollout.stopReason == .endOfSequence
        tokens = ended ? answer : answer.dropLast()
        group.rollouts[index].logProbs = nil
        counts.tokenized += 1
      }
      guard !tokens.isEmpty else { throw refuse("a completion has no tokens") }
      guard tokens.allSatisfy({ (0..<vocabulary).contains($0) }) else {
        throw refuse("a token is no id in 0..<\(vocabulary); another policy wrote it")
      }
      let length = group.promptTokens.count + tokens.count
      guard !group.promptTokens.isEmpty, length <= policy.maxPositions else {
        throw refuse("it has \(length) tokens, but the model was made for \(policy.maxPositions)")
      }
      if let logProbs = group.rollouts[index].logProbs {
        guard logProbs.count == tokens.count, logProbs.allSatisfy({ $0.isFinite && $0 < 0.01 })
        else { throw refuse("'logProbs' must be one finite number of at most 0 for each token") }
      }
      group.rollouts[index].tokens = tokens
    }
  }

  /// Gives log-probabilities to the rollouts that have none.
  private static func score(
    _ groups: inout [RolloutGroup], _ policy: Policy, _ temperature: Float, _ rowBudget: Int,
    _ precision: ProductPrecision, _ counts: inout Counts
  ) {
    let missing = groups.indices.map { group in
      groups[group].rollouts.indices.filter { groups[group].rollouts[$0].logProbs == nil }
    }
    let open = groups.indices.filter { !missing[$0].isEmpty }
    let scores = policy.score(
      open.map { group in
        TokenGroup(
          prompt: groups[group].promptTokens,
          completions: missing[group].map { groups[group].rollouts[$0].tokens ?? [] })
      }, temperature: temperature, rowBudget: rowBudget, as: precision)
    for (group, found) in zip(open, scores) {
      for (rollout, score) in zip(missing[group], found) {
        groups[group].rollouts[rollout].logProbs = score.logProbs
        counts.scored += 1
      }
    }
  }
}

extension RolloutGroup {
  fileprivate var tokenGroup: TokenGroup {
    TokenGroup(prompt: promptTokens, completions: rollouts.map { $0.tokens ?? [] })
  }
}
