import ArgumentParser
import Rollouts
import Runs
import Sandbox
import VerifierKit
import Verifiers

/// The command `hone verify`.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Judges the completions of a file.",
    usage: "hone verify <rollouts> --verifier <name> --output <file> [<options>]",
    discussion: """
      Adds 'verdicts' and 'reward' to each row and keeps all its other keys. A row
      needs only 'problem' (with 'id' and 'prompt') and 'completion', so that what
      other programs generated can be judged, too. What a verifier cannot judge is
      unscored, never wrong.

        hone verify rollouts.jsonl --verifier arithmetic --output scored.jsonl
      """)

  @Argument(help: "The rollouts, as JSON Lines.")
  var rollouts: String

  @OptionGroup var verifierOptions: VerifierOptions

  @Option(help: ArgumentHelp("Where the judged rollouts are written.", valueName: "file"))
  var output: String

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
    let output: String
  }

  func run() async throws {
    let file = try OutputFile(output, inputs: [rollouts])
    let judge = try verifierOptions.judge()
    var judged = try RolloutFile.read(rollouts)
    var rows = try JSONRows.read(rollouts)
    let display = CommandOutput.display()
    display.begin("verify", total: judged.count)
    let lot = 256
    for start in stride(from: 0, to: judged.count, by: lot) {
      let range = start..<min(start + lot, judged.count)
      let judgements = try await judge.judge(
        judged[range].map { JudgeRequest(problem: $0.problem, completion: $0.completion) })
      for (index, judgement) in zip(range, judgements) {
        judged[index].record(judgement)
        rows[index].record(judgement)
      }
      display.update(ProgressUpdate(done: range.upperBound))
    }
    display.finish()
    let disabled = judge.disabled.map(\.reason)
    await judge.shutDown()
    try file.write(JSONRows.data(rows))
    var summary = Self.summary(judged, sandbox: judge.sandboxLevel, output: output)
    summary.disabled = disabled
    try report(summary)
  }

  static func summary(
    _ judged: [Rollout], sandbox: SandboxLevel, output: String
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
        + "of \(summary.rollouts)\(reward); sandbox: \(summary.sandboxLevel); written to \(output)")
    for reason in summary.unscoredReasons.prefix(5) {
      print("  unscored \(reason.count) times: \(reason.reason)")
    }
    if let tail = summary.errorTail { print("  standard error ended with: \(tail)") }
    for reason in summary.disabled { print("  \(reason)") }
  }
}
