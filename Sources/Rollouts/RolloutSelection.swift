import Foundation
import Policies
package import Tasks
package import VerifierKit

/// What a rule keeps of judged rollouts: completions to imitate, or problems to learn on.
///
/// Rollouts of one problem are taken together. What no verifier could score is never kept as right,
/// counts in no pass rate, and may still vote: a verifier that has no reference can name the answer
/// that a completion gives. Two answers with equally many votes decide nothing, and their problem is
/// left out.
package struct RolloutSelection: Sendable {
  /// One problem that was kept.
  package struct Kept: Sendable {
    /// The problem; with `majority` its answer is the majority's, where it had none.
    package let problem: Problem
    /// Positions of what was kept among the rollouts given; all of the problem's with `middling`.
    package let rollouts: [Int]
  }

  /// What was kept and what was left out.
  package struct Counts: Codable, Equatable, Sendable {
    package var problems = 0
    package var rollouts = 0
    package var keptProblems = 0
    package var keptRollouts = 0
    /// Rollouts that no verifier could score.
    package var unscored = 0
    /// Rollouts that were left out since they were cut off, repeat another one's text, or are more
    /// than a problem may have.
    package var cutOff = 0
    package var repeated = 0
    package var beyondLimit = 0
    /// Problems that were left out, by the reason.
    package var leftOut: [String: Int] = [:]
  }

  /// In the order in which their first rollouts were given.
  package let kept: [Kept]
  package let counts: Counts
  private let completions: [Int: String]

  /// Selects.
  ///
  /// - Parameters:
  ///   - rollouts: Judged, in any order.
  ///   - settings: Validated.
  /// - Throws: ``SelectionError`` where a rollout was not judged, or one id has two prompts.
  package init(_ rollouts: [Rollout], _ settings: SelectionSettings) throws(SelectionError) {
    var counts = Counts(rollouts: rollouts.count)
    var kept: [Kept] = []
    for members in try Self.byProblem(rollouts) {
      counts.problems += 1
      counts.unscored += members.count { rollouts[$0].reward == nil }
      let choice = Choice(settings, members: members, of: rollouts)
      guard let reason = choice.reason else {
        counts.cutOff += choice.cutOff
        counts.repeated += choice.repeated
        counts.beyondLimit += choice.beyondLimit
        kept.append(Kept(problem: choice.problem, rollouts: choice.chosen))
        continue
      }
      counts.leftOut[reason, default: 0] += 1
    }
    counts.keptProblems = kept.count
    counts.keptRollouts = kept.reduce(0) { $0 + $1.rollouts.count }
    (self.kept, self.counts) = (kept, counts)
    completions = Dictionary(
      uniqueKeysWithValues: kept.flatMap(\.rollouts).map { ($0, rollouts[$0].completion) })
  }

  /// The problems, each once.
  package var problems: [Problem] { kept.map(\.problem) }

  /// The completions with their problems, to be imitated.
  package var demonstrations: [Demonstration] {
    kept.flatMap { kept in
      kept.rollouts.compactMap { index in
        completions[index].map { Demonstration(problem: kept.problem, completion: $0) }
      }
    }
  }

  /// Positions of the rollouts by problem, in the order of the first of each.
  private static func byProblem(_ rollouts: [Rollout]) throws(SelectionError) -> [[Int]] {
    var places: [String: Int] = [:]
    var groups: [[Int]] = []
    for (index, rollout) in rollouts.enumerated() {
      let id = rollout.problem.id
      guard rollout.verdicts != nil || rollout.reward != nil else {
        throw .notJudged(problem: id)
      }
      guard let place = places[id] else {
        places[id] = groups.count
        groups.append([index])
        continue
      }
      guard rollouts[groups[place][0]].problem.prompt == rollout.problem.prompt else {
        throw .twoPrompts(problem: id)
      }
      groups[place].append(index)
    }
    return groups
  }
}

/// Rollouts that nothing can be selected from.
package enum SelectionError: Error, Equatable, CustomStringConvertible {
  case notJudged(problem: String)
  case twoPrompts(problem: String)

  package var description: String {
    switch self {
    case .notJudged(let problem):
      """
      A rollout of problem '\(problem)' has neither 'verdicts' nor a 'reward'. Judge the file \
      first: hone verify rollouts.jsonl --verifier arithmetic --output scored.jsonl
      """
    case .twoPrompts(let problem):
      """
      Two rollouts of problem '\(problem)' have different prompts, so they are not samples of one \
      question. Give each problem an id of its own.
      """
    }
  }
}

/// What is kept of one problem.
private struct Choice {
  /// Why the problem is left out; nil where it is kept.
  private(set) var reason: String?
  private(set) var problem: Problem
  private(set) var chosen: [Int] = []
  private(set) var cutOff = 0
  private(set) var repeated = 0
  private(set) var beyondLimit = 0

  /// - Precondition: `members` is not empty.
  init(_ settings: SelectionSettings, members: [Int], of rollouts: [Rollout]) {
    precondition(!members.isEmpty, "a problem without rollouts")
    problem = rollouts[members[0]].problem
    choose(settings, members, rollouts)
  }

  private mutating func choose(
    _ settings: SelectionSettings, _ members: [Int], _ rollouts: [Rollout]
  ) {
    switch settings.keep {
    case .right:
      let right = members.filter { rollouts[$0].isCorrect == true }
      keep(right, settings, rollouts, none: "no completion is right")
    case .majority:
      choose(byVotesOf: members, settings, rollouts)
    case .best:
      let scored = members.compactMap { index in rollouts[index].reward.map { (index, $0) } }
        .filter { $0.1.isFinite && $0.1 > settings.aboveReward }
      // A stable order: of equal rewards, the one that was sampled first.
      let ordered = scored.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map(\.0)
      keep(
        ordered, settings, rollouts, limit: settings.perProblem ?? 1,
        none: "no reward is above \(settings.aboveReward)")
    case .middling:
      let verdicts = members.compactMap { rollouts[$0].isCorrect }
      guard !verdicts.isEmpty else { return leaveOut("no completion was scored") }
      let rate = Double(verdicts.count(where: \.self)) / Double(verdicts.count)
      if rate < settings.minPassRate { return leaveOut("passed too rarely") }
      if rate > settings.maxPassRate { return leaveOut("passed too often") }
      chosen = members
    }
  }

  private mutating func choose(
    byVotesOf members: [Int], _ settings: SelectionSettings, _ rollouts: [Rollout]
  ) {
    let answers = members.map { rollouts[$0].verdicts?.first?.answer }
    let vote = AnswerVote(
      answers: answers,
      logProbs: members.map { (rollouts[$0].logProbs ?? []).reduce(0) { $0 + Double($1) } })
    guard let winner = vote.winner else { return leaveOut("no completion names an answer") }
    guard vote.candidates.dropFirst().first?.votes != winner.votes else {
      return leaveOut("two answers have equally many votes")
    }
    guard Double(winner.votes) >= settings.minShare * Double(vote.samples) else {
      return leaveOut("no answer has the share of votes")
    }
    if problem.answer == nil { problem.answer = winner.answer }
    let voters = zip(members, answers).filter { $0.1 == winner.answer }.map(\.0)
    keep(voters, settings, rollouts, none: "no completion names an answer")
  }

  /// Keeps the candidates that ended by themselves and differ, up to the limit.
  private mutating func keep(
    _ candidates: [Int], _ settings: SelectionSettings, _ rollouts: [Rollout], limit: Int? = nil,
    none: String
  ) {
    guard !candidates.isEmpty else { return leaveOut(none) }
    let limit = limit ?? settings.perProblem ?? .max
    var texts: Set<String> = []
    for index in candidates {
      let rollout = rollouts[index]
      if !settings.keepCutOff, rollout.stopReason == .lengthLimit {
        cutOff += 1
      } else if !texts.insert(rollout.completion.trimmingCharacters(in: .whitespacesAndNewlines))
        .inserted
      {
        repeated += 1
      } else if chosen.count == limit {
        beyondLimit += 1
      } else {
        chosen.append(index)
      }
    }
    if chosen.isEmpty { leaveOut("every such completion was cut off") }
  }

  private mutating func leaveOut(_ reason: String) { self.reason = reason }
}
