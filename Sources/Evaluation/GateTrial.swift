package import Policies
import Rollouts
package import Tasks
package import Verifiers

/// Asks a policy what the gate wants to know: the held-out problems, judged twice, and the guarded
/// sets.
///
/// Each prompt is asked once: a set that repeats one would make one answer look like several, and the
/// interval narrower than it is.
package struct GateTrial {
  private let settings: EvaluationSettings
  private let tasks: TaskSet
  private let guarded: [TaskSet]
  private let judge: Judge
  private let second: Judge?

  /// - Parameters:
  ///   - settings: How each problem is asked; the same for champion and challenger.
  ///   - tasks: The held-out problems that decide.
  ///   - guarded: Sets on which a challenger must not get worse.
  ///   - judge: The verifiers of the reward.
  ///   - second: An independent verifier, which judges the same completions.
  package init(
    _ settings: EvaluationSettings, on tasks: TaskSet, guarded: [TaskSet], judge: Judge,
    second: Judge?
  ) {
    self.settings = settings
    (self.tasks, self.guarded) = (tasks.withoutRepeats, guarded.map(\.withoutRepeats))
    (self.judge, self.second) = (judge, second)
  }

  /// Completions that ``measure(_:progress:)`` samples of one policy.
  package var completions: Int {
    ([tasks] + guarded).reduce(0) { sum, set in
      sum + min(settings.limit ?? .max, set.problems.count) * (1 + settings.samples)
    }
  }

  /// Measures a policy.
  ///
  /// - Parameters:
  ///   - policy: Whose weights stay as they are.
  ///   - progress: Told how many completions are done.
  /// - Returns: What it answered, with its digest.
  /// - Throws: `PolicyError` for a prompt that is too long, or what a judge throws.
  package func measure(
    _ policy: Policy, progress: ((Int) -> Void)? = nil
  ) async throws -> PolicyMeasurement {
    var done = 0
    func answers(_ set: TaskSet, seconding: Judge?) async throws -> [PolicyMeasurement.Answer] {
      let before = done
      let outcome = try await Evaluator(settings).evaluate(policy, on: set, judge: judge) {
        count, _ in
        progress?(before + count)
      }
      done += outcome.greedy.count * (1 + settings.samples)
      var seconded: [RolloutGroup]?
      if let seconding {
        var groups = outcome.greedy
        try await seconding.judge(&groups)
        seconded = groups
      }
      return PolicyMeasurement.Answer.all(of: outcome, seconded: seconded)
    }
    let main = try await answers(tasks, seconding: second)
    var others: [String: [PolicyMeasurement.Answer]] = [:]
    for set in guarded { others[set.name] = try await answers(set, seconding: nil) }
    return PolicyMeasurement(policy: try policy.digest, answers: main, guarded: others)
  }
}
