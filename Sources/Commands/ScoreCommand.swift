import ArgumentParser
import Rollouts
import Runs
import VerifierKit

/// The command `hone score`.
struct ScoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Says how likely a policy finds given completions, token by token.",
    usage: "hone score --policy <model> --input <file> --output <file> [<options>]",
    discussion: """
      A row is {"promptTokens":[…],"completionTokens":[…]}, whose ids are taken as
      they are, or {"prompt":"…","completion":"…"}, whose texts are put into the
      policy's frame (--template plain for none). Each row gets 'logProbs' and
      'entropies', in nats, one number a token of the completion, and keeps all its
      other keys.

        hone score --policy models/smollm2-135m.gguf --input rows.jsonl \\
          --output out.jsonl --temperature 0.8
      """)

  @OptionGroup var policyOptions: PolicyOptions

  @Option(help: ArgumentHelp("The rows, as JSON Lines.", valueName: "file"))
  var input: String

  @Option(help: ArgumentHelp("Where the scored rows are written.", valueName: "file"))
  var output: String

  @Option(help: "Softmax temperature.")
  var temperature = 1.0

  @Flag(help: "Score also the token that ends a completion that is given as text.")
  var end = false

  @Flag(help: "Print the summary as JSON.")
  var json = false

  /// What was scored.
  struct Summary: Encodable {
    let rows: Int
    let tokens: Int
    /// Mean over all tokens, nats; `nil` without any.
    let meanLogProb: Double?
    let meanEntropy: Double?
    let output: String
  }

  func validate() throws {
    guard temperature > 0, temperature.isFinite, Float(temperature) > 0 else {
      throw ValidationError("--temperature is \(temperature), but it must be above 0.")
    }
  }

  func run() async throws {
    let file = try OutputFile(output, inputs: [input, policyOptions.path])
    let rows = try JSONRows.read(input)
    let policy = try policyOptions.load()
    let display = CommandOutput.display()
    display.begin("score", total: rows.count)
    let scored = try RowScorer(policy, temperature: Float(temperature), addsEnd: end)
      .score(rows, path: input) { display.update(ProgressUpdate(done: $0)) }
    display.finish()
    try file.write(JSONRows.data(scored))
    let (logProbs, entropies) = (Self.mean("logProbs", scored), Self.mean("entropies", scored))
    let summary = Summary(
      rows: scored.count, tokens: logProbs.count, meanLogProb: logProbs.mean,
      meanEntropy: entropies.mean, output: output)
    if json { return try CommandOutput.print(json: summary) }
    let means = summary.meanLogProb.map { ", mean log-probability \(TextTable.decimal($0))" }
    print("\(summary.rows) rows, \(summary.tokens) tokens\(means ?? ""); written to \(output)")
  }

  private static func mean(_ key: String, _ rows: [JSONRow]) -> (count: Int, mean: Double?) {
    var (count, sum) = (0, 0.0)
    for row in rows {
      guard case .array(let values)? = row.members[key] else { continue }
      for case .number(let value) in values { (count, sum) = (count + 1, sum + value) }
    }
    return (count, count == 0 ? nil : sum / Double(count))
  }
}
