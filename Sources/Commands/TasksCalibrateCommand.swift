import ArgumentParser
import Evaluation
import Policies
import Rollouts
import Runs
import Tasks
import Verifiers

/// The command `hone tasks calibrate`.
struct TasksCalibrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Measures how often a policy answers each problem.",
    usage: "hone tasks calibrate --policy <model> --tasks <tasks> [<options>]",
    discussion: """
      Samples each problem several times and writes its pass rate. Problems that a
      policy always or never answers teach it nothing; hone tasks split then keeps
      the others with --pass-rates and --keep-pass-rate.

        hone tasks calibrate --tasks questions.jsonl --verifier arithmetic \\
          --policy models/smollm2-135m.gguf --samples 8 --output rates.json
      """)

  @OptionGroup var policyOptions: PolicyOptions

  @OptionGroup var problemOptions: ProblemOptions

  @OptionGroup var verifierOptions: VerifierOptions

  @Option(help: "Completions of each problem.")
  var samples = 8

  @OptionGroup var samplingOptions: SamplingOptions

  @Option(help: ArgumentHelp("Where the pass rates are written.", valueName: "file"))
  var output: String

  @OptionGroup var newOutput: NewOutputOptions

  @Flag(help: "Print the summary as JSON.")
  var json = false

  func validate() throws {
    guard (1...4096).contains(samples) else {
      throw ValidationError("--samples is \(samples), but it must be within 1...4096.")
    }
  }

  /// How the pass rates lie.
  struct Summary: Encodable {
    let problems: Int
    let samples: Int
    /// Mean of the pass rates.
    let mean: Double
    let never: Int
    let sometimes: Int
    let always: Int
    /// Problems of which no sample was scored.
    let unscored: Int
    /// Problems by tenths of their pass rate; the last tenth has 1.
    let tenths: [Int]
    let output: String

    init(_ rates: [PassRates.Rate], samples: Int, output: String) {
      let shares = rates.compactMap(\.share)
      problems = rates.count
      (self.samples, self.output) = (samples, output)
      mean = shares.isEmpty ? 0 : shares.reduce(0, +) / Double(shares.count)
      never = shares.count { $0 == 0 }
      always = shares.count { $0 == 1 }
      sometimes = shares.count - never - always
      unscored = rates.count - shares.count
      var tenths = [Int](repeating: 0, count: 10)
      for share in shares { tenths[min(9, Int(share * 10))] += 1 }
      self.tenths = tenths
    }
  }

  func run() async throws {
    let file = try newOutput.file(output, inputs: [problemOptions.tasks, policyOptions.path])
    var sampling = SamplingSettings()
    sampling.temperature = samplingOptions.temperature
    sampling.maxCompletionTokens = samplingOptions.maxTokens
    sampling.stopTexts = samplingOptions.stopTexts
    try sampling.validate()
    let set = try problemOptions.load()
    let judge = try verifierOptions.judge()
    let policy = try policyOptions.load()
    let display = CommandOutput.display()
    display.begin("calibrate", total: set.problems.count * samples)
    let (rates, groups) = try await Calibration(
      samples: samples, sampling: sampling, seed: samplingOptions.seed
    ).measure(
      policy, on: set, judge: judge, named: policyOptions.policy,
      verifiers: verifierOptions.verifiers
    ) { display.update(ProgressUpdate(done: $0)) }
    display.finish()
    await judge.shutDown()
    let unscored = UnscoredReport(groups.flatMap(\.rollouts))
    let reasons = unscored.reasons.prefix(5).map { "\($0.reason) (\($0.count) times)" }
    guard unscored.unscored < unscored.rollouts else {
      throw EvaluateCommand.NothingScored(reasons: reasons)
    }
    for reason in reasons { display.message("unscored: \(reason)") }
    try file.write(StableJSON.document(rates))
    let summary = Summary(rates.rates, samples: samples, output: output)
    if json { return try CommandOutput.print(json: summary) }
    print(Self.text(summary))
  }

  private static func text(_ summary: Summary) -> String {
    var table = [
      ("problems", "\(summary.problems), \(summary.samples) samples each"),
      ("mean pass rate", TextTable.decimal(summary.mean)),
      ("never passed", "\(summary.never)"), ("sometimes", "\(summary.sometimes)"),
      ("always passed", "\(summary.always)"),
    ]
    if summary.unscored > 0 { table.append(("unscored", "\(summary.unscored)")) }
    for (tenth, count) in summary.tenths.enumerated() {
      table.append(("  \(Double(tenth) / 10) to \(Double(tenth + 1) / 10)", "\(count)"))
    }
    return TextTable.lines(table + [("written to", summary.output)])
  }
}
