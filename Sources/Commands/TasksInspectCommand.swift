import ArgumentParser
import Runs
import Tasks
import VerifierKit

/// The command `hone tasks inspect`.
struct TasksInspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Says what a set of problems holds.",
    usage: "hone tasks inspect <tasks> [<options>]",
    discussion: """
      Counts problems, families, templates (prompts that differ in more than numbers
      and names) and answers, and shows how long they are and some examples. A task
      without a split shows all its splits.

        hone tasks inspect arithmetic
        hone tasks inspect questions.jsonl --examples 5
      """)

  @Argument(
    help: ArgumentHelp("A task, a task with its split, or a .jsonl file.", valueName: "tasks"))
  var tasks: String

  @Option(help: "Problems that are shown; 0 for none.")
  var examples = 3

  @Flag(help: "Print as JSON.")
  var json = false

  func validate() throws {
    guard (0...1_000).contains(examples) else {
      throw ValidationError("--examples is \(examples), but it must be within 0...1000.")
    }
  }

  func run() async throws {
    let folders = TaskCatalog.defaultFolders()
    let splits = try TaskCatalog.splits(of: tasks, in: folders)
    let references = splits.map { splits in splits.map { "\(tasks)/\($0)" } } ?? [tasks]
    let summaries = try references.map {
      try TaskSummary(try TaskCatalog.load($0, in: folders), examples: examples)
    }
    if json { return try CommandOutput.print(json: summaries) }
    print(summaries.map(Self.text).joined(separator: "\n\n"))
  }

  static func text(_ summary: TaskSummary) -> String {
    func lengths(_ lengths: TaskSummary.Lengths) -> String {
      "\(lengths.least)...\(lengths.most), median \(lengths.median), "
        + "95 of 100 within \(lengths.percentile95)"
    }
    let answers = summary.answers
    var table = [
      ("set", summary.name),
      ("problems", "\(summary.problems)"),
      ("demonstrations", "\(summary.demonstrations)"),
      ("templates", "\(summary.templates)"),
      ("repeated prompts", "\(summary.repeatedPrompts)"),
      ("prompt characters", lengths(summary.promptCharacters)),
      ("prompt words", lengths(summary.promptWords)),
      ("answer characters", lengths(summary.answerCharacters)),
      (
        "answers",
        "\(answers.distinct) different, \(answers.numbers) numbers, \(answers.absent) absent"
      ),
    ]
    if let most = answers.mostFrequent {
      table.append(
        ("most frequent", "'\(line(most))', \(TextTable.decimal(answers.mostFrequentShare))"))
    }
    table += summary.families.sorted { $0.key < $1.key }.map { ("  \($0)", "\($1)") }
    if !summary.metadata.isEmpty {
      table.append(("metadata", summary.metadata.keys.sorted().joined(separator: ", ")))
    }
    table.append(("digest", summary.digest))
    table += summary.examples.map { problem in
      ("  \(line(problem.id))", "\(line(problem.prompt)) → \(line(problem.answer ?? "no answer"))")
    }
    return TextTable.lines(table)
  }

  /// A text as one line of a hundred characters.
  private static func line(_ text: String) -> String {
    let line = String(
      text.prefix(100).map {
        $0.isNewline || $0.unicodeScalars.contains { $0.value < 32 } ? " " : $0
      })
    return text.count > 100 ? line + "…" : line
  }
}
