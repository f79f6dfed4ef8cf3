import ArgumentParser
import Foundation
import Registry
import Runs
import VerifierKit

/// The command `hone runs show`.
struct RunsShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Shows what a run did: its stages, its rounds, its rollouts.",
    usage: "hone runs show <run> [<options>]",
    discussion: """
      A run is a folder's name in --runs, or a path. With --round, all numbers of
      that round; with --rollouts, or any of --wrong, --right, --unscored and
      --problem, the rollouts with their verdicts, the newest round first.

        hone runs show arithmetic-tiny-1
        hone runs show arithmetic-tiny-1 --round 12 --wrong
        hone runs show runs/arithmetic-tiny-1 --problem "3+8" --json
      """)

  @Argument(help: ArgumentHelp("A run's name, or its folder.", valueName: "run"))
  var reference: String

  @OptionGroup var folder: RunsFolderOptions

  @Option(help: ArgumentHelp("Show this round, counted from 1.", valueName: "number"))
  var round: Int?

  @Flag(help: "Show rollouts.")
  var rollouts = false

  @Flag(help: "Only rollouts with this outcome.")
  var outcome: Outcome?

  @Option(
    help: ArgumentHelp(
      "Only rollouts of problems with this text in their id or prompt.", valueName: "text"))
  var problem: String?

  @Option(help: ArgumentHelp("The most rollouts that are shown.", valueName: "n"))
  var limit = 20

  @Flag(help: "Print as JSON; rollouts as one object a line.")
  var json = false

  /// What the verifiers found.
  enum Outcome: String, EnumerableFlag {
    case wrong, right, unscored

    var stored: LedgerRollout.Outcome {
      switch self {
      case .wrong: .wrong
      case .right: .right
      case .unscored: .unscored
      }
    }
  }

  func validate() throws {
    guard limit >= 1 else {
      throw ValidationError("--limit is \(limit), but it must be at least 1.")
    }
    if let round, round < 1 {
      throw ValidationError("--round is \(round), but rounds count from 1.")
    }
  }

  func run() throws {
    let found = try RunReference(reference, in: folder.url)
    if rollouts || outcome != nil || problem != nil { return try showRollouts(of: found) }
    if let round { return try show(round: round, of: found) }
    let summary = try RunSummary(found)
    if json { return try CommandOutput.print(json: summary) }
    print(summary.text)
  }

  private func showRollouts(of found: RunReference) throws {
    var query = RolloutQuery()
    (query.round, query.outcome, query.problem) = (round, outcome?.stored, problem)
    query.limit = limit
    let ledger = try Ledger.reading(found.folder)
    let rollouts = try ledger.rollouts(query)
    if json {
      for rollout in rollouts {
        print(String(decoding: try StableJSON.data(rollout), as: UTF8.self))
      }
      return
    }
    guard !rollouts.isEmpty else { return print("No such rollouts in '\(found.run.name)'.") }
    print(rollouts.map(RunText.rollout).joined(separator: "\n\n"))
    let count = rollouts.count < limit ? rollouts.count : try ledger.rolloutCount(query)
    if count > rollouts.count {
      CommandOutput.display().message(
        "\n\(rollouts.count) of \(TextTable.grouped(count)) rollouts; --limit shows more.")
    }
  }

  private func show(round: Int, of found: RunReference) throws {
    let ledger = try Ledger.reading(found.folder)
    let records = try ledger.records(ofRound: round)
    guard !records.isEmpty else {
      throw UnknownRound(run: found.run.name, round: round, rounds: try ledger.lastRound())
    }
    if json { return try CommandOutput.print(json: records.map(\.record)) }
    print(
      records.map { stage, record in
        "round \(round) of stage \(stage)\n" + RunText.record(record)
      }.joined(separator: "\n\n"))
  }
}
