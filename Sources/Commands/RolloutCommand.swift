import ArgumentParser
import Foundation
import Policies
import Rollouts
import Runs
import Settings
import Tasks

/// The command `hone rollout`.
struct RolloutCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollout",
    abstract: "Samples completions of a task's problems into a file.",
    usage: "hone rollout --policy <model> --tasks <tasks> --output <file> [<options>]",
    discussion: """
      Writes JSON Lines: 'problem', 'completion', 'tokens', 'logProbs', 'stopReason'
      and 'temperature'. Samples are drawn from all tokens, as learning needs them;
      the same seed gives the same file. Next: hone verify.

        hone rollout --policy models/smollm2-135m.gguf --tasks arithmetic/train \\
          --group-size 8 --limit 64 --seed 1 --output rollouts.jsonl
      """)

  @OptionGroup var policyOptions: PolicyOptions

  @OptionGroup var problemOptions: ProblemOptions

  @Option(help: "Completions of each problem.")
  var groupSize = 8

  @OptionGroup var samplingOptions: SamplingOptions

  @Option(help: ArgumentHelp("Where the rollouts are written.", valueName: "file"))
  var output: String

  @Flag(help: "Print the summary as JSON.")
  var json = false

  func validate() throws {
    guard groupSize >= 1 else {
      throw ValidationError("--group-size is \(groupSize), but it must be at least 1.")
    }
  }

  /// What was sampled.
  struct Summary: Encodable {
    let problems: Int
    let rollouts: Int
    let tokens: Int
    /// Completions that were cut off at the limit.
    let cutOff: Int
    let seconds: Double
    let output: String
  }

  func run() async throws {
    let file = try OutputFile(output, inputs: [problemOptions.tasks, policyOptions.path])
    var sampling = SamplingSettings()
    sampling.temperature = samplingOptions.temperature
    sampling.maxCompletionTokens = samplingOptions.maxTokens
    sampling.stopTexts = samplingOptions.stopTexts
    try sampling.validate()
    let problems = try problemOptions.load().problems
    let policy = try policyOptions.load()
    let display = CommandOutput.display()
    let start = SuspendingClock.now
    display.begin("rollout", total: problems.count * groupSize)
    let groups = try RolloutCollector(policy, sampling: sampling, seed: samplingOptions.seed)
      .sample(problems, groupSize: groupSize, stream: 0) {
        display.update(ProgressUpdate(done: $0))
      }
    display.finish()
    let rollouts = groups.flatMap(\.rollouts)
    var data = Data()
    for rollout in rollouts { data += try StableJSON.data(rollout) + Data("\n".utf8) }
    try file.write(data)
    let summary = Summary(
      problems: problems.count, rollouts: rollouts.count,
      tokens: rollouts.reduce(0) { $0 + ($1.tokens?.count ?? 0) },
      cutOff: rollouts.count { $0.stopReason == .lengthLimit },
      seconds: (SuspendingClock.now - start) / .seconds(1), output: output)
    if json { return try CommandOutput.print(json: summary) }
    print(
      "\(summary.rollouts) completions of \(summary.problems) problems in \(output), "
        + "\(summary.cutOff) cut off at \(sampling.maxCompletionTokens) tokens")
  }
}
