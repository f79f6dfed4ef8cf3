import ArgumentParser
import Evaluation
import Pipelines
import Policies
import Rollouts
import Runs
import Settings
import Tasks
import Verifiers

/// The command `hone evaluate`.
struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures how many problems of a task a policy answers.",
    usage: "hone evaluate --policy <model> --tasks <tasks> --verifier <name> [...]",
    discussion: """
      Asks each problem once greedily and several times by samples, and reports
      greedy accuracy with its 95 % interval, the mean of samples, pass@k (at least
      one of k is right) and maj@k (the most frequent answer of k is right).

        hone evaluate --policy runs/arithmetic-tiny-1 --verifier arithmetic \\
          --tasks running-totals/heldout --samples 8 --max-tokens 20
      """)

  @OptionGroup var policyOptions: PolicyOptions

  @OptionGroup var problemOptions: ProblemOptions

  @OptionGroup var verifierOptions: VerifierOptions

  @Option(help: "Completions of each problem beside the greedy one; 0 for none.")
  var samples = 8

  @OptionGroup var samplingOptions: SamplingOptions

  @Option(help: "Only the likeliest tokens; 0 for all.")
  var topK = 0

  @Option(help: "Only the likeliest tokens of this probability; 1 for all.")
  var topP = 1.0

  @Option(
    help: ArgumentHelp("Write the whole report, problem by problem, as JSON.", valueName: "file"))
  var output: String?

  @Flag(help: "Print the whole report as JSON.")
  var json = false

  func run() async throws {
    var settings = EvaluationSettings()
    settings.samples = samples
    settings.temperature = samplingOptions.temperature
    (settings.topK, settings.topP) = (topK, topP)
    settings.maxCompletionTokens = samplingOptions.maxTokens
    settings.stopTexts = samplingOptions.stopTexts
    settings.limit = problemOptions.limit
    settings.seed = samplingOptions.seed
    settings.name = problemOptions.tasks
    try settings.validate()
    let file = try output.map {
      try OutputFile($0, inputs: [problemOptions.tasks, policyOptions.path])
    }
    let problems = try problemOptions.load()
    let judge = try verifierOptions.judge()
    let policy = try policyOptions.load()
    let display = CommandOutput.display()
    display.begin("evaluate", total: problems.problems.count * (1 + samples))
    let outcome = try await Evaluator(settings).evaluate(policy, on: problems, judge: judge) {
      done, _ in display.update(ProgressUpdate(done: done))
    }
    display.finish()
    await judge.shutDown()
    let report = outcome.report
    let unscored = UnscoredReport((outcome.greedy + outcome.sampled).flatMap(\.rollouts))
    let reasons = unscored.reasons.prefix(5).map { "\($0.reason) (\($0.count) times)" }
    guard unscored.unscored < unscored.rollouts else { throw NothingScored(reasons: reasons) }
    for reason in reasons { display.message("unscored: \(reason)") }
    try file?.write(StableJSON.document(report))
    if json { return try CommandOutput.print(json: report) }
    print(Self.text(report))
  }

  /// No verdict came of any completion, so that there is no figure to report.
  struct NothingScored: Error, CustomStringConvertible {
    let reasons: [String]
    var description: String {
      "No completion could be scored: \(reasons.joined(separator: "; "))."
    }
  }

  static func text(_ report: EvaluationReport) -> String {
    func rows(_ name: String, _ values: [String: Double]) -> [(String, String)] {
      values.compactMap { key, value in Int(key).map { ($0, value) } }.sorted { $0.0 < $1.0 }
        .map { ("\(name)@\($0.0)", TextTable.decimal($0.1)) }
    }
    func range(_ interval: Interval?) -> String {
      interval.map {
        " [\(TextTable.decimal($0.low)), \(TextTable.decimal($0.high))]"
      } ?? ""
    }
    var table = [
      ("problems", "\(report.problems)"),
      ("greedy", TextTable.decimal(report.greedy) + range(report.greedyInterval)),
    ]
    if let mean = report.mean {
      table.append(("sampled", TextTable.decimal(mean.mean) + range(mean.interval)))
    }
    table += rows("pass", report.passAtK) + rows("maj", report.majAtK)
    table.append(("unscored", TextTable.decimal(report.unscoredShare)))
    table.append(("ended by itself", TextTable.decimal(report.finishedShare)))
    for (family, result) in report.families.sorted(by: { $0.key < $1.key })
    where report.families.count > 1 {
      table.append(
        (
          "  \(family)",
          "greedy \(TextTable.decimal(result.greedy)) of \(result.problems)"
            + (result.mean.map { ", sampled \(TextTable.decimal($0))" } ?? "")
        ))
    }
    return TextTable.lines(table)
  }
}
