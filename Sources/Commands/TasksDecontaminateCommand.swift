import ArgumentParser
import Runs
import Tasks
import VerifierKit

/// The command `hone tasks decontaminate`.
struct TasksDecontaminateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decontaminate",
    abstract: "Finds training problems that share text with an evaluation.",
    usage: "hone tasks decontaminate <tasks> --against <tasks> [--output <file>]",
    discussion: """
      A problem that shares 13 words in a row with an evaluation is contaminated, or
      that has the whole of a shorter prompt of at least 4 words (16 characters) in
      it; one that is shorter still must be equal as a whole. Case, marks and the
      Unicode form do not count. Short problems are better compared by characters.
      Shows which problems share which stretch of text. Where every problem does,
      nothing is written.

        hone tasks decontaminate train.jsonl --against heldout.jsonl \\
          --output clean.jsonl
        hone tasks decontaminate arithmetic/train --against arithmetic/heldout \\
          --unit characters --size 6
      """)

  @Argument(
    help: ArgumentHelp("What is trained on: a task's split or a .jsonl file.", valueName: "tasks"))
  var tasks: String

  @Option(
    help: ArgumentHelp("What is judged on. May be repeated.", valueName: "tasks"))
  var against: [String]

  @Option(help: "What n-grams are made of: words or characters.")
  var unit = ProblemText.Unit.words

  @Option(help: "Words or characters of an n-gram. [default: 13 words, 32 characters]")
  var size: Int?

  @Option(help: ArgumentHelp("Write the problems that share nothing.", valueName: "file"))
  var output: String?

  @OptionGroup var newOutput: NewOutputOptions

  @Flag(help: "Print every problem and span as JSON.")
  var json = false

  func validate() throws {
    if let size, !(1...1_000).contains(size) {
      throw ValidationError("--size is \(size), but it must be within 1...1000.")
    }
    guard !against.isEmpty else {
      throw ValidationError("--against is missing: name what the policy is judged on.")
    }
  }

  /// What was found.
  struct Report: Encodable {
    /// A contaminated problem.
    struct Contaminated: Encodable {
      let id: String
      let spans: [Contamination.Span]
    }
    let problems: Int
    let kept: Int
    /// Problems of the evaluation.
    let evaluation: Int
    let contaminated: [Contaminated]
  }

  func run() async throws {
    let file = try output.map { try newOutput.file($0, inputs: [tasks] + against) }
    let folders = TaskCatalog.defaultFolders()
    let set = try TaskCatalog.load(tasks, in: folders)
    let problems = set.problems
    let evaluation = try against.flatMap { try TaskCatalog.load($0, in: folders).problems }
    let display = CommandOutput.display()
    display.begin("decontaminate", total: problems.count)
    let matches = Contamination(evaluation: evaluation, unit: unit, size: size)
      .matches(in: problems) { display.update(ProgressUpdate(done: $0)) }
    display.finish()
    let found = Set(matches.map(\.index))
    let kept = problems.indices.filter { !found.contains($0) }.map { problems[$0] }
    if file != nil, kept.isEmpty { throw NothingLeft(problems: problems.count) }
    try file?.write(ProblemLines.data(kept))
    if file != nil, !set.demonstrations.isEmpty {
      display.message("\(set.demonstrations.count) demonstrations are not in the output")
    }
    let report = Report(
      problems: problems.count, kept: kept.count, evaluation: evaluation.count,
      contaminated: matches.map { match in
        Report.Contaminated(id: problems[match.index].id, spans: match.spans)
      })
    if json { return try CommandOutput.print(json: report) }
    print(text(report))
  }

  /// An output that would have no problem.
  struct NothingLeft: Error, CustomStringConvertible {
    let problems: Int
    var description: String {
      """
      All \(problems) problems share text with the evaluation, so that nothing was written. Look at \
      them without --output, or compare longer stretches with --size.
      """
    }
  }

  private func text(_ report: Report) -> String {
    var lines = [
      """
      \(report.contaminated.count) of \(report.problems) problems share text with \
      \(report.evaluation) problems of the evaluation\
      \(output.map { "; the other \(report.kept) are in \($0)" } ?? "")
      """
    ]
    for problem in report.contaminated.prefix(10) {
      lines += problem.spans.prefix(3).map { span in
        let shown = span.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return "  \(problem.id) has \(span.pieces) \(unit) of \(span.evaluation): "
          + "\(shown.prefix(120))\(shown.count > 120 ? "…" : "")"
      }
    }
    if report.contaminated.count > 10 { lines.append("  … all of them with --json") }
    return lines.joined(separator: "\n")
  }
}
