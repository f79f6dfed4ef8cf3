import ArgumentParser
import Foundation
import Settings
import Tasks
import VerifierKit

/// The command `hone tasks split`.
struct TasksSplitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "split",
    abstract: "Divides a set into training and held-out problems.",
    usage: "hone tasks split <tasks> --output <folder> [<options>]",
    discussion: """
      Makes a task folder with train.jsonl and heldout.jsonl, which every command
      takes as FOLDER/train and FOLDER/heldout. A hash of the text decides the side,
      so no seed and no other problem moves one across. With --together template,
      problems that differ only in numbers and names fall on one side.

        hone tasks split questions.jsonl --together template --output tasks/school

      After hone tasks calibrate, keep only what there is to learn:

        hone tasks split questions.jsonl --pass-rates rates.json \\
          --keep-pass-rate 0.1...0.9 --output tasks/learnable
      """)

  @Argument(
    help: ArgumentHelp("A task with its split, or a .jsonl file.", valueName: "tasks"))
  var tasks: String

  @Option(help: "Share that is held out; 0 for a training side alone.")
  var heldOutShare = 0.1

  @Option(help: "What falls on one side as a whole: problem, template or family.")
  var together = TaskDivision.Unit.problem

  @Option(
    help: ArgumentHelp("What hone tasks calibrate wrote of this set.", valueName: "file"))
  var passRates: String?

  @Option(
    help: ArgumentHelp(
      "Keep only problems whose pass rate is in the range, such as 0.1...0.9.",
      valueName: "range"))
  var keepPassRate: PassRateRange?

  @Option(help: ArgumentHelp("The task folder that is made.", valueName: "folder"))
  var output: String

  @OptionGroup var newOutput: NewOutputOptions

  @Flag(help: "Print the summary as JSON.")
  var json = false

  func validate() throws {
    guard heldOutShare >= 0, heldOutShare < 1 else {
      throw ValidationError("--held-out-share is \(heldOutShare), but it must be 0 or below 1.")
    }
    guard (passRates == nil) == (keepPassRate == nil) else {
      throw ValidationError("--pass-rates and --keep-pass-rate need each other.")
    }
  }

  /// What was written, and what was not.
  struct Summary: Encodable {
    let training: Int
    let heldOut: Int
    let demonstrations: Int
    /// Demonstrations on the held-out side, which are in no file.
    let heldOutDemonstrations: Int
    /// Problems whose pass rate is outside the range.
    let outsideRange: Int
    /// Problems that have no pass rate.
    let withoutRate: Int
    /// Problems, templates or families of the set.
    let units: Int
    let output: String
  }

  func run() async throws {
    let folder = try newOutput.folder(output, inputs: [tasks, passRates].compactMap(\.self))
    let set = try TaskCatalog.load(tasks, in: TaskCatalog.defaultFolders())
    var division = TaskDivision()
    (division.unit, division.heldOutShare) = (together, heldOutShare)
    let (kept, outside, without) = try inRange(set.problems)
    let heldOut = kept.filter(division.holdsOut)
    let training = kept.filter { !division.holdsOut($0) }
    let demonstrations = set.demonstrations.filter { !division.holdsOut($0.problem) }
    for (side, problems) in [("train", training), ("heldout", heldOut)]
    where problems.isEmpty && (side == "train" || heldOutShare > 0) {
      throw EmptySide(side: side, problems: kept.count, unit: together)
    }
    try write(to: folder, training, heldOut, demonstrations)
    let summary = Summary(
      training: training.count, heldOut: heldOut.count, demonstrations: demonstrations.count,
      heldOutDemonstrations: set.demonstrations.count - demonstrations.count,
      outsideRange: outside, withoutRate: without, units: Set(kept.map(division.key)).count,
      output: output)
    if json { return try CommandOutput.print(json: summary) }
    print(Self.text(summary, together))
  }

  /// A side of the division without a problem.
  struct EmptySide: Error, CustomStringConvertible {
    let side: String
    let problems: Int
    let unit: TaskDivision.Unit
    var description: String {
      """
      None of \(problems) problems falls on the side '\(side)'. Choose another --held-out-share, \
      keep smaller units than '\(unit.rawValue)' together, or widen --keep-pass-rate.
      """
    }
  }

  // MARK: - Helpers

  /// The problems whose pass rate is in the range, how many are outside, and how many have none.
  private func inRange(
    _ problems: [Problem]
  ) throws -> (kept: [Problem], outside: Int, without: Int) {
    guard let passRates, let keepPassRate else { return (problems, 0, 0) }
    let shares = try PassRates(reading: URL(filePath: passRates)).shares
    var (kept, outside, without): ([Problem], Int, Int) = ([], 0, 0)
    for problem in problems {
      guard let share = shares[PassRates.digest(of: problem)] else {
        without += 1
        continue
      }
      if keepPassRate.bounds.contains(share) { kept.append(problem) } else { outside += 1 }
    }
    return (kept, outside, without)
  }

  private func write(
    to folder: URL, _ training: [Problem], _ heldOut: [Problem], _ demonstrations: [Demonstration]
  ) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var manifest: [UInt8] = Array("summary: ".utf8)
    JSONWriter.append(
      "Divided from \(tasks); a hash decides the side of each \(together).", to: &manifest)
    manifest += "\nsplits:\n  train: { problems: train.jsonl".utf8
    if !demonstrations.isEmpty { manifest += ", demonstrations: demonstrations.jsonl".utf8 }
    manifest += " }\n".utf8
    if !heldOut.isEmpty { manifest += "  heldout: { problems: heldout.jsonl }\n".utf8 }
    var files = [("train.jsonl", ProblemLines.data(training))]
    if !heldOut.isEmpty { files.append(("heldout.jsonl", ProblemLines.data(heldOut))) }
    if !demonstrations.isEmpty {
      files.append(("demonstrations.jsonl", ProblemLines.data(demonstrations)))
    }
    // Last, since a folder is a task once it has this.
    files.append(("task.yaml", Data(manifest)))
    for (name, data) in files { try OutputFile(folder.appending(path: name).path).write(data) }
    // What an earlier split left in a folder that is written over is of no split now.
    for name in ["heldout.jsonl", "demonstrations.jsonl"]
    where !files.contains(where: { $0.0 == name }) {
      let old = folder.appending(path: name)
      if FileManager.default.fileExists(atPath: old.path) {
        try FileManager.default.removeItem(at: old)
      }
    }
  }

  private static func text(_ summary: Summary, _ unit: TaskDivision.Unit) -> String {
    var lines = [
      """
      \(summary.training) training and \(summary.heldOut) held-out problems, and \
      \(summary.demonstrations) demonstrations, in \(summary.output)
      """
    ]
    if unit != .problem { lines.append("each \(unit.rawValue) on one side, of \(summary.units)") }
    if summary.outsideRange + summary.withoutRate > 0 {
      lines.append(
        """
        left out: \(summary.outsideRange) outside the range of pass rates, \
        \(summary.withoutRate) without a rate
        """)
    }
    if summary.heldOutDemonstrations > 0 {
      lines.append("left out: \(summary.heldOutDemonstrations) demonstrations of held-out problems")
    }
    return lines.joined(separator: "\n")
  }
}

extension TaskDivision.Unit: ExpressibleByArgument {}

extension PassRateRange: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
}
