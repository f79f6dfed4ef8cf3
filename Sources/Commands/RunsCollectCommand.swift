import ArgumentParser
import Foundation
import Registry
import Runs

/// The command `hone runs gc`.
struct RunsCollectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc",
    abstract: "Deletes checkpoints, rollouts or runs by a rule of what to keep.",
    usage: "hone runs gc <kind> [<run> ...] --keep-last <n> [<options>]",
    discussion: """
      <kind> is checkpoints (of each run), rollouts (of each run's rounds) or runs
      (of each pipeline, by the numbers in their names). What any --keep option
      keeps, stays. While it works, a run keeps its newest two checkpoints, or what
      'checkpoints' of its pipeline says: { keepLast: 2, keepEvery: 10,
      keepBest: greedy }. Never deleted: a run that a process is at work on or that
      a job goes on with; the policy that a run ships; what a run that was stopped
      needs to go on. A policy that was promoted stays when its run goes. What would
      go is shown first, and asked for.

        hone runs gc runs --keep-last 10 --keep-best greedy --dry-run
        hone runs gc rollouts --keep-every 10 --keep-last 5
        hone runs gc checkpoints --keep-last 0 --older-than 30d --yes
      """)

  @Argument(
    help: ArgumentHelp("One of checkpoints, rollouts, runs.", valueName: "kind"))
  var kind: DeletionPlan.Kind

  @Argument(help: ArgumentHelp("Only these runs; all where none is named.", valueName: "run"))
  var names: [String] = []

  @OptionGroup var folder: RunsFolderOptions

  @Option(help: ArgumentHelp("Keep the newest n.", valueName: "n"))
  var keepLast: Int?

  @Option(help: ArgumentHelp("Keep each whose number k divides.", valueName: "k"))
  var keepEvery: Int?

  @Option(help: ArgumentHelp("Keep the best by reward or greedy.", valueName: "metric"))
  var keepBest: RetentionRule.Metric?

  @Option(
    help: ArgumentHelp(
      "Only what belongs to runs that began so long ago: 12h, 30d, 8w.", valueName: "age"))
  var olderThan: Age?

  @Flag(help: "Show what would be deleted, and delete nothing.")
  var dryRun = false

  @Flag(help: "Delete without asking.")
  var yes = false

  @Flag(help: "Print what is deleted as JSON.")
  var json = false

  /// A time span such as `30d`.
  struct Age: ExpressibleByArgument {
    let seconds: Double

    init?(argument: String) {
      let units: [Character: Double] = ["h": 3600, "d": 86400, "w": 604_800]
      guard let unit = argument.last.flatMap({ units[$0] }), let count = Int(argument.dropLast()),
        (0...100_000).contains(count)
      else { return nil }
      seconds = Double(count) * unit
    }
  }

  /// What `--json` prints.
  struct Report: Encodable {
    let deleted: [DeletionPlan.Deletion]
    let spared: [DeletionPlan.Spared]
    let bytes: Int
    let isDryRun: Bool
  }

  func validate() throws {
    if keepLast == nil, keepEvery == nil, keepBest == nil {
      throw ValidationError("Say what to keep: --keep-last, --keep-every or --keep-best.")
    }
    if let keepLast, keepLast < 0 {
      throw ValidationError("--keep-last is \(keepLast), but it must be at least 0.")
    }
    if let keepEvery, keepEvery < 1 {
      throw ValidationError("--keep-every is \(keepEvery), but it must be at least 1.")
    }
    if json, !yes, !dryRun {
      throw ValidationError("--json does not ask: add --yes to delete, or --dry-run to look.")
    }
  }

  func run() throws {
    var rule = RetentionRule()
    (rule.keepLast, rule.keepEvery, rule.keepBest) = (keepLast, keepEvery, keepBest)
    let wanted = try names.map { try RunReference($0, in: folder.url).run.name }
    let registry = try Registry.open(in: folder.url)
    for unlisted in try registry.refresh() {
      CommandOutput.display().message("Left alone: \(unlisted.name): \(unlisted.reason)")
    }
    let plan = try DeletionPlan(
      kind, keeping: rule, in: registry,
      olderThan: olderThan.map { Date(timeIntervalSinceNow: -$0.seconds) },
      runs: wanted.isEmpty ? nil : Set(wanted))
    if !json { print(Self.text(plan)) }
    guard !dryRun, !plan.deletions.isEmpty else { return try report(plan, deleted: []) }
    guard yes || Self.agrees() else { return print("Nothing was deleted.") }
    for deletion in plan.deletions { try plan.delete(deletion) }
    if !json { print("Deleted.") }
    try report(plan, deleted: plan.deletions)
  }

  private func report(_ plan: DeletionPlan, deleted: [DeletionPlan.Deletion]) throws {
    guard json else { return }
    try CommandOutput.print(
      json: Report(
        deleted: dryRun ? plan.deletions : deleted, spared: plan.spared, bytes: plan.bytes,
        isDryRun: dryRun))
  }

  /// Asks on a terminal; elsewhere nobody agrees.
  static func agrees() -> Bool {
    guard isatty(FileHandle.standardInput.fileDescriptor) == 1 else {
      CommandOutput.display().message("Nobody can be asked here: --yes deletes without asking.")
      return false
    }
    FileHandle.standardError.write(Data("Delete all this? [y/N] ".utf8))
    return ["y", "yes"].contains((readLine() ?? "").lowercased())
  }

  static func text(_ plan: DeletionPlan) -> String {
    var lines: [String] = []
    if plan.deletions.isEmpty {
      lines.append("There is nothing to delete.")
    } else {
      let rows = plan.deletions.map { [$0.run, $0.what, TextTable.bytes($0.bytes)] }
      lines.append(TextTable.columns([["run", "would be deleted", "size"]] + rows))
      lines.append("Together about \(TextTable.bytes(plan.bytes)).")
    }
    lines += plan.spared.map { "Left alone: \($0.run), since \($0.reason)." }
    return lines.joined(separator: "\n")
  }
}

extension DeletionPlan.Kind: ExpressibleByArgument {}
extension RetentionRule.Metric: ExpressibleByArgument {}
