import ArgumentParser
import Foundation
import Pipelines
import Rollouts
import Runs
import Settings
import Tasks

/// The command `hone select`.
struct SelectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "select",
    abstract: "Keeps the judged samples, or the problems, that are worth learning from.",
    usage: "hone select <rollouts> --keep <rule> --output <file> [<options>]",
    discussion: """
      right     completions that the first verifier passed
      majority  completions that give the answer of most samples of their problem,
                for problems without a reference; equally many votes decide nothing
      best      the completion of the highest reward
      middling  problems whose pass rate lies within bounds

      Of equal texts one is kept. The output is a task set with demonstrations, or
      of problems with --keep middling: 'hone train --demonstrations' and --tasks
      read it. With --as rollouts the kept rows stay as they are, for
      'hone train --scored'.

        hone select scored.jsonl --keep right --per-problem 4 -o chosen.jsonl
        hone train --policy tiny --demonstrations chosen.jsonl --output better
      """)

  /// What a row of the output is.
  enum Form: String, CaseIterable, ExpressibleByArgument {
    case demonstrations, problems, rollouts
  }

  @Argument(help: "The rollouts that 'hone verify' judged, as JSON Lines.")
  var rollouts: String

  @Option(help: "What is kept: right, majority, best or middling.")
  var keep = SelectionRule.right

  @Option(help: "Completions of a problem at most. [default: 1 with best, else all]")
  var perProblem: Int?

  @Option(help: "majority: share of a problem's samples that must give the answer.")
  var minShare = SelectionSettings().minShare

  @Option(help: "best: leave problems out whose highest reward is not above this.")
  var aboveReward = SelectionSettings().aboveReward

  @Option(help: "middling: the lowest pass rate of a problem.")
  var minPassRate = SelectionSettings().minPassRate

  @Option(help: "middling: the highest pass rate of a problem.")
  var maxPassRate = SelectionSettings().maxPassRate

  @Flag(help: "Keep completions that were cut off at the limit of their tokens, too.")
  var keepCutOff = false

  @Option(
    name: .customLong("as"),
    help: "A row of the output: demonstrations, problems or rollouts. [default: by the rule]")
  var form: Form?

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where it is written.", valueName: "file"))
  var output: String

  @Flag(help: "Print the summary as JSON.")
  var json = false

  /// What was kept.
  struct Summary: Encodable {
    let keep: String
    let counts: RolloutSelection.Counts
    let output: String
  }

  /// Nothing fits the rule, so that there is no file to learn from.
  struct NothingSelected: Error, CustomStringConvertible {
    let reasons: String
    var description: String {
      """
      Nothing is kept: \(reasons). Sample more completions of each problem, or loosen what is kept.
      """
    }
  }

  func validate() throws {
    if keep == .middling, form == .demonstrations {
      throw ValidationError("--keep middling keeps problems; it chooses no demonstrations.")
    }
    do {
      try settings.validate()
    } catch {
      throw ValidationError(error.description)
    }
  }

  private var settings: SelectionSettings {
    var settings = SelectionSettings()
    (settings.keep, settings.perProblem, settings.keepCutOff) = (keep, perProblem, keepCutOff)
    (settings.minShare, settings.aboveReward) = (minShare, aboveReward)
    (settings.minPassRate, settings.maxPassRate) = (minPassRate, maxPassRate)
    return settings
  }

  func run() async throws {
    let file = try OutputFile(output, inputs: [rollouts])
    let selection = try RolloutSelection(try RolloutFile.read(rollouts), settings)
    guard selection.counts.keptProblems > 0 else {
      throw NothingSelected(reasons: selection.counts.reasons)
    }
    switch form ?? (keep == .middling ? .problems : .demonstrations) {
    case .demonstrations: try file.write(ProblemLines.data(selection.demonstrations))
    case .problems: try file.write(ProblemLines.data(selection.problems))
    case .rollouts:
      let rows = try JSONRows.read(rollouts)
      try file.write(JSONRows.data(selection.kept.flatMap(\.rollouts).map { rows[$0] }))
    }
    if json {
      return try CommandOutput.print(
        json: Summary(keep: keep.rawValue, counts: selection.counts, output: output))
    }
    print("\(selection.counts.summary); written to \(output)")
  }
}

extension SelectionRule: ExpressibleByArgument {}
