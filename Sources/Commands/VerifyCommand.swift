import ArgumentParser
import Rollouts
import Runs
import Sandbox
import Tasks
import VerifierKit
import Verifiers

/// The command `hone verify`.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Judges the completions of a file.",
    usage: "hone verify <rollouts> --verifier <name> [--output <file>] [<options>]",
    discussion: """
      Adds 'verdicts' and 'reward' to each row and keeps all its other keys. A row
      needs only 'problem' (with 'id' and 'prompt') and 'completion', so that what
      other programs generated can be judged, too. What a verifier cannot judge is
      unscored, never wrong. With --tasks each row is judged against the task's
      problem of its id, so that rows need not carry hidden tests. Exits with 1 where
      a verifier had to be disabled.

        hone verify rollouts.jsonl --verifier arithmetic --output scored.jsonl
        hone verify rollouts.jsonl --verifier code-runner --tasks problems.jsonl
      """)

  @Argument(help: "The rollouts, as JSON Lines.")
  var rollouts: String

  @OptionGroup var verifierOptions: VerifierOptions

  @Option(help: "A task, such as arithmetic/train, or a .jsonl file: the problems to judge by.")
  var tasks: String?

  @Option(
    help: ArgumentHelp(
      "Where the judged rollouts are written. [default: nowhere]", valueName: "file"))
  var output: String?

  @Flag(help: "Print the summary as JSON.")
  var json = false

  /// What the verifiers found.
  struct Summary: Encodable {
    let rollouts: Int
    let passed: Int
    let wrong: Int
    let unscored: Int
    /// Mean over the scored rollouts; `nil` without any.
    let meanReward: Double?
    let unscoredReasons: [UnscoredReport.Reason]
    /// How the verifiers' standard error ended, where something went wrong with them.
    let errorTail: String?
    /// Verifiers that failed too often and were not asked any more, with the reasons.
    var disabled: [String] = []
    /// Wall time that the verifiers spent, in seconds: the mean and the longest of a row.
    let meanSeconds: Double
    let longestSeconds: Double
    /// How much the sandbox took away from the verifiers.
    let sandboxLevel: String
    let output: String?
  }

  /// A row whose problem the task does not have.
  struct UnknownProblem: Error, CustomStringConvertible {
    let id: String
    let tasks: String
    var description: String {
      "There is no problem '\(id)' in \(tasks). Name the task that the rollouts were made from."
    }
  }

  func run() async throws {
    let file = try output.map { try OutputFile($0, inputs: [rollouts] + [tasks].compactMap { $0 }) }
    let known = try tasks.map { tasks in
      let set = try TaskCatalog.load(tasks, in: TaskCatalog.defaultFolders())
      return Dictionary(uniqueKeysWithValues: set.problems.map { ($0.id, $0) })
    }
    let judge = try verifierOptions.judge()
    var judged = try RolloutFile.read(rollouts)
    let problems = try judged.map { try problem(of: $0, among: known) }
    var rows = try JSONRows.read(rollouts)
    let display = CommandOutput.display()
    display.begin("verify", total: judged.count)
    let lot = 256
    for start in stride(from: 0, to: judged.count, by: lot) {
      let range = start..<min(start + lot, judged.count)
      let judgements = try await judge.judge(
        range.map { JudgeRequest(problem: problems[$0], completion: judged[$0].completion) })
      for (index, judgement) in zip(range, judgements) {
        judged[index].record(judgement)
        rows[index].record(judgement)
      }
      display.update(ProgressUpdate(done: range.upperBound))
    }
    display.finish()
    let disabled = judge.disabled.map(\.reason)
    await judge.shutDown()
    try file?.write(JSONRows.data(rows))
    var summary = Self.summary(judged, sandbox: judge.sandboxLevel, output: output)
    summary.disabled = disabled
    try report(summary)
    if !disabled.isEmpty { throw ExitCode(1) }
  }

  /// What a row is judged against: its own problem, or the task's of the same id.
  private func problem(
    of rollout: Rollout, among known: [String: Problem]?
  ) throws(UnknownProblem) -> Problem {
    guard let known else { return rollout.problem }
    guard let problem = known[rollout.problem.id] else {
      throw UnknownProblem(id: rollout.problem.id, tasks: tasks ?? "")
    }
    return problem
  }

  static func summary(
    _ judged: [Rollout], sandbox: SandboxLevel, output: String?
  ) -> Summary {
    let report = UnscoredReport(judged)
    let scored = judged.filter { $0.reward != nil }
    let rewards = scored.compactMap(\.reward)
    let passed = scored.count { $0.isCorrect == true }
    let seconds = judged.map { ($0.verdictSeconds ?? []).reduce(0, +) }
    return Summary(
      rollouts: judged.count, passed: passed, wrong: scored.count - passed,
      unscored: report.unscored,
      meanReward: rewards.isEmpty ? nil : rewards.reduce(0, +) / Double(rewards.count),
      unscoredReasons: report.reasons, errorTail: report.errorTail,
      meanSeconds: seconds.reduce(0, +) / Double(max(seconds.count, 1)),
      longestSeconds: seconds.max() ?? 0, sandboxLevel: sandbox.rawValue, output: output)
  }

  private func report(_ summary: Summary) throws {
    if json { return try CommandOutput.print(json: summary) }
    let reward = summary.meanReward.map { ", mean reward \(TextTable.decimal($0))" } ?? ""
    print(
      "\(summary.passed) passed, \(summary.wrong) wrong, \(summary.unscored) unscored "
        + "of \(summary.rollouts)\(reward); sandbox: \(summary.sandboxLevel)"
        + (output.map { "; written to \($0)" } ?? ""))
    let shown = 5
    for reason in summary.unscoredReasons.prefix(shown) {
      print("  unscored \(reason.count == 1 ? "once" : "\(reason.count) times"): \(reason.reason)")
    }
    if summary.unscoredReasons.count > shown {
      print("  … and \(summary.unscoredReasons.count - shown) other reasons")
    }
    if let tail = summary.errorTail { print("  standard error ended with: \(tail)") }
    for reason in summary.disabled { print("  \(reason)") }
  }
}
