import Foundation
import Registry
import Rollouts
import Runs
import Tasks
import VerifierKit

/// Keeps what is worth learning from of an earlier stage's rollouts.
struct SelectStage {
  let settings: SelectionSettings
  let position: StagePosition

  func run(_ context: RunContext) throws {
    let source = context.position(of: settings.from)
    let watch = Stopwatch()
    let selection = try RolloutSelection(
      try context.folder.records(Rollout.self, of: source.rollouts), settings)
    let counts = selection.counts
    context.display.message("\(position.name): \(counts.summary)")
    guard counts.keptProblems > 0 else {
      throw PipelineError.nothingSelected(stage: position.name, reasons: counts.reasons)
    }
    let lines =
      settings.keep == .middling
      ? selection.problems.map { SelectedLine($0, completion: nil) }
      : selection.demonstrations.map { SelectedLine($0.problem, completion: $0.completion) }
    for line in lines { try context.folder.append(line, to: position.selected) }
    try context.folder.append(counts, to: position.records)
    let timings = ["seconds": watch.seconds]
    try context.folder.appendTimings(timings, to: position.records)
    try context.recorder.record(
      LedgerRecord(stage: position.number, number: 1, record: counts, timings: timings))
  }

  // MARK: - What later stages read

  /// The lines that a stage chose.
  static func selected(by name: String, in context: RunContext) throws -> [SelectedLine] {
    try context.folder.records(SelectedLine.self, of: context.position(of: name).selected)
  }

  /// The problems that a stage chose, each once, as a set of the stage's name.
  static func taskSet(selectedBy name: String, in context: RunContext) throws -> TaskSet {
    var seen: Set<String> = []
    return try TaskSet(
      name: name,
      problems: selected(by: name, in: context).map(\.problem).filter {
        seen.insert($0.id).inserted
      },
      maxPromptCharacters: .max)  // they were held to the limit when they were loaded
  }
}

/// A line of what was chosen, as task sets read it.
struct SelectedLine: Codable, Sendable {
  private let id: String
  private let prompt: String
  private let answer: String?
  private let metadata: [String: JSONValue]?
  private let completion: String?

  init(_ problem: Problem, completion: String?) {
    (id, prompt, answer) = (problem.id, problem.prompt, problem.answer)
    metadata = problem.metadata.isEmpty ? nil : problem.metadata
    self.completion = completion
  }

  var problem: Problem {
    Problem(id: id, prompt: prompt, answer: answer, metadata: metadata ?? [:])
  }

  /// The completion with its problem; nil where only the problem was chosen.
  var demonstration: Demonstration? {
    completion.map { Demonstration(problem: problem, completion: $0) }
  }
}

extension RolloutSelection.Counts {
  /// One line: what was kept of what.
  package var summary: String {
    "\(keptRollouts) of \(rollouts) rollouts, \(keptProblems) of \(problems) problems"
      + (leftOut.isEmpty ? "" : "; left out: \(reasons)")
  }

  /// Why problems were left out, the most frequent reason first.
  package var reasons: String {
    leftOut.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
  }
}
