import ArgumentParser
import Evaluation
import Pipelines
import Policies
import Runs
import Settings
import Tasks
import Verifiers

/// `hone evaluate`.
struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures how many problems of a task a policy answers.",
    discussion: """
      Asks each problem once greedily and several times by samples, and reports greedy
      accuracy with its 95 % interval, the mean of samples, pass@k (at least one of k
      is right) and maj@k (the most frequent answer of k is right).

        hone evaluate --policy runs/arithmetic-tiny-1 --tasks running-totals/heldout \\
          --verifier arithmetic --samples 8 --max-tokens 20
      """)

  @OptionGroup var policyOptions: PolicyOptions

  @Option(help: "A task with its split, such as arithmetic/heldout, or a .jsonl file.")
  var tasks: String

  @OptionGroup var verifierOptions: VerifierOptions

  @Option(help: "Completions of each problem beside the greedy one; 0 for none.")
  var samples = 8

  @Option(help: "Softmax temperature of the samples.")
  var temperature = 1.0

  @Option(help: "Only the likeliest tokens; 0 for all.")
  var topK = 0

  @Option(help: "Only the likeliest tokens of this probability; 1 for all.")
  var topP = 1.0

  @Option(help: "Tokens of a completion, the end included.")
  var maxTokens = 64

  @Option(name: .customLong("stop"), help: "A text that ends completions. May be repeated.")
  var stopTexts: [String] = []

  @Option(help: "Only so many problems, the first ones. [default: all]")
  var limit: Int?

  @Option(help: "Decides the samples.")
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp("Write the whole report, problem by problem, as JSON.", valueName: "file"))
  var output: String?

  @Flag(help: "Print the whole report as JSON.")
  var json = false

  func run() async throws {
    var settings = EvaluationSettings()
    settings.samples = samples
    settings.temperature = temperature
    (settings.topK, settings.topP) = (topK, topP)
    settings.maxCompletionTokens = maxTokens
    settings.stopTexts = stopTexts
    settings.limit = limit
    settings.seed = seed
    settings.name = tasks
    try settings.validate()
    let file = try output.map { try OutputFile($0, inputs: [tasks, policyOptions.path]) }
    let problems = try TaskCatalog.load(tasks, in: TaskCatalog.defaultFolders(), limit: limit)
    let judge = try verifierOptions.judge()
    let policy = try policyOptions.load()
    let display = CommandOutput.display()
    display.begin("evaluate", total: problems.problems.count * (1 + samples))
    let report = try await Evaluator(settings).evaluate(policy, on: problems, judge: judge) {
      done, _ in display.update(ProgressUpdate(done: done))
    }.report
    display.finish()
    await judge.shutDown()
    try file?.write(StableJSON.document(report))
    if json { return try CommandOutput.print(json: report) }
    print(Self.text(report))
  }

  static func text(_ report: EvaluationReport) -> String {
    func rows(_ name: String, _ values: [String: Double]) -> [(String, String)] {
      values.compactMap { key, value in Int(key).map { ($0, value) } }.sorted { $0.0 < $1.0 }
        .map { ("\(name)@\($0.0)", CommandOutput.decimal($0.1)) }
    }
    func range(_ interval: Interval?) -> String {
      interval.map {
        " [\(CommandOutput.decimal($0.low)), \(CommandOutput.decimal($0.high))]"
      } ?? ""
    }
    var table = [
      ("problems", "\(report.problems)"),
      ("greedy", CommandOutput.decimal(report.greedy) + range(report.greedyInterval)),
    ]
    if let mean = report.mean {
      table.append(("sampled", CommandOutput.decimal(mean.mean) + range(mean.interval)))
    }
    table += rows("pass", report.passAtK) + rows("maj", report.majAtK)
    table.append(("unscored", CommandOutput.decimal(report.unscoredShare)))
    table.append(("ended by itself", CommandOutput.decimal(report.finishedShare)))
    for (family, result) in report.families.sorted(by: { $0.key < $1.key })
    where report.families.count > 1 {
      table.append(
        (
          "  \(family)",
          "greedy \(CommandOutput.decimal(result.greedy)) of \(result.problems)"
            + (result.mean.map { ", sampled \(CommandOutput.decimal($0))" } ?? "")
        ))
    }
    return CommandOutput.table(table)
  }
}
