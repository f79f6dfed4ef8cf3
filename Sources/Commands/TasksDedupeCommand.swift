import ArgumentParser
import Runs
import Tasks
import VerifierKit

/// The command `hone tasks dedupe`.
struct TasksDedupeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dedupe",
    abstract: "Finds problems that are the same, or nearly.",
    usage: "hone tasks dedupe <tasks> [--output <file>] [<options>]",
    discussion: """
      Two prompts are duplicates where their n-grams have at least the threshold in
      common (Jaccard similarity). A problem is left out where it is a duplicate of
      one that is kept and has its answer; with --any-answer, whatever the answers
      are. Candidates come
      from 32 bands of 4 MinHash values, which miss 1 pair of 8 at similarity 0.5,
      1 of 80 at 0.6, and 1 of 6,000 at 0.7; what is reported was compared exactly.

        hone tasks dedupe questions.jsonl
        hone tasks dedupe questions.jsonl --unit characters --size 5 \\
          --threshold 0.9 --output clean.jsonl
      """)

  @Argument(
    help: ArgumentHelp("A task with its split, or a .jsonl file.", valueName: "tasks"))
  var tasks: String

  @Option(help: "What n-grams are made of: words (marks count as words) or characters.")
  var unit = ProblemText.Unit.words

  @Option(help: "Words or characters of an n-gram. [default: 3 words, 8 characters]")
  var size: Int?

  @Option(help: "The least similarity of duplicates, above 0 and at most 1.")
  var threshold = 0.8

  @Flag(help: "Leave out duplicates with another answer, too.")
  var anyAnswer = false

  @Option(help: ArgumentHelp("Write the problems that are kept.", valueName: "file"))
  var output: String?

  @OptionGroup var newOutput: NewOutputOptions

  @Flag(help: "Print every duplicate as JSON.")
  var json = false

  func validate() throws {
    guard threshold > 0, threshold <= 1 else {
      throw ValidationError("--threshold is \(threshold), but it must be above 0 and at most 1.")
    }
    if let size, !(1...1_000).contains(size) {
      throw ValidationError("--size is \(size), but it must be within 1...1000.")
    }
  }

  /// What was found.
  struct Report: Encodable {
    /// A problem that another one says, too.
    struct Duplicate: Encodable {
      let id: String
      /// The kept problem before it that it is most similar to.
      let of: String
      let similarity: Double
      let isExact: Bool
      /// Whether the two have different answers, so that one of them may be wrong.
      let answersDiffer: Bool
    }
    let problems: Int
    let kept: Int
    let exact: Int
    let near: Int
    /// Problems with another answer than the kept one that they repeat.
    let answersDiffer: Int
    /// Comparisons that were left out, since too many problems looked alike.
    let leftOut: Int
    /// What is left out.
    let duplicates: [Duplicate]
    /// What is kept, since its answer is another one.
    let conflicts: [Duplicate]
  }

  func run() async throws {
    let file = try output.map { try newOutput.file($0, inputs: [tasks]) }
    let set = try TaskCatalog.load(tasks, in: TaskCatalog.defaultFolders())
    let problems = set.problems
    var search = NearDuplicates()
    (search.unit, search.threshold) = (unit, threshold)
    search.size = size ?? (unit == .words ? 3 : 8)
    let display = CommandOutput.display()
    display.begin("dedupe", total: problems.count)
    let finding = search.find(
      in: problems.map(\.prompt), answers: anyAnswer ? [] : problems.map(\.answer)
    ) {
      display.update(ProgressUpdate(done: $0))
    }
    display.finish()
    func told(_ found: NearDuplicates.Duplicate) -> Report.Duplicate {
      Report.Duplicate(
        id: problems[found.index].id, of: problems[found.nearest].id,
        similarity: found.similarity, isExact: found.isExact,
        answersDiffer: problems[found.index].answer != problems[found.nearest].answer)
    }
    let (duplicates, conflicts) = (finding.duplicates.map(told), finding.conflicts.map(told))
    let leftOut = Set(finding.duplicates.map(\.index))
    let kept = problems.indices.filter { !leftOut.contains($0) }.map { problems[$0] }
    try file?.write(ProblemLines.data(kept))
    if file != nil, !set.demonstrations.isEmpty {
      display.message("\(set.demonstrations.count) demonstrations are not in the output")
    }
    let report = Report(
      problems: problems.count, kept: kept.count, exact: duplicates.count(where: \.isExact),
      near: duplicates.count { !$0.isExact },
      answersDiffer: (duplicates + conflicts).count(where: \.answersDiffer),
      leftOut: finding.leftOut, duplicates: duplicates, conflicts: conflicts)
    if json { return try CommandOutput.print(json: report) }
    print(text(report))
  }

  private func text(_ report: Report) -> String {
    var lines = [
      """
      \(report.kept) of \(report.problems) problems kept: \(report.exact) are repeated, \
      \(report.near) nearly\(output.map { "; written to \($0)" } ?? "")
      """
    ]
    let all = report.duplicates + report.conflicts
    lines += all.prefix(10).map { duplicate in
      """
        \(duplicate.id) repeats \(duplicate.of), similarity \
      \(TextTable.decimal(duplicate.similarity))\(duplicate.answersDiffer ? ", another answer" : "")
      """
    }
    if all.count > 10 { lines.append("  … all of them with --json") }
    if report.answersDiffer > 0 {
      lines.append(
        """
        \(report.answersDiffer) have another answer than the problem they repeat\
        \(anyAnswer ? "" : ", and are kept; --any-answer leaves them out")
        """)
    }
    if report.leftOut > 0 {
      lines.append("\(report.leftOut) comparisons were left out: too many problems look alike")
    }
    return lines.joined(separator: "\n")
  }
}

extension ProblemText.Unit: ExpressibleByArgument {}
