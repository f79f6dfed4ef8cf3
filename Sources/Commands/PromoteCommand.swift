import ArgumentParser
import Evaluation
import Foundation
import Pipelines
import Policies
import Registry
import Runs
import Scheduling
import Settings
import Tasks
import Verifiers

/// The command `hone promote`.
struct PromoteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "promote",
    abstract: "Gives a run's policy a name, such as champion, where it is better.",
    usage: """
      hone promote <run> --to <name> --second <verifier> [<options>]
      hone promote --undo <name>
      """,
    discussion: """
      Asks the run's policy and the one that has the name the same held-out
      problems, and promotes only where all of this holds:

        gain      the 95 % interval of the paired difference lies above --margin
        guard     on no set of --guard is it significantly worse
        unscored  answers that no verifier can score did not become more
        length    answers did not become longer, beyond --length-tolerance
        second    --second, another verifier, finds it not significantly worse
        problems  at least --minimum-problems were scored for both

      Where nobody has the name, the lower bound of its accuracy must be above
      --floor by both verifiers, and --max-unscored-share of its answers may have
      no score. Task set and verifiers are the run's own unless they are named.
      Says why not, rule by rule, and exits with 1 then. Each decision is kept:
      hone policies history NAME. A policy is used by its name: --policy champion.

        hone promote elements-tiny-1 --to champion --second exact-text
        hone promote elements-tiny-1 --to champion --no-second --hook "./deploy.sh"
        hone promote --undo champion
      """)

  @Argument(help: ArgumentHelp("The run: its name or its folder.", valueName: "run"))
  var challenger: String?

  @Option(help: ArgumentHelp("The name that the policy gets.", valueName: "name"))
  var to: String?

  @Option(help: ArgumentHelp("Take the last promotion of this name back.", valueName: "name"))
  var undo: String?

  @Option(help: ArgumentHelp("The held-out problems. [default: the run's]", valueName: "tasks"))
  var tasks: String?

  @Option(
    name: .customLong("guard"),
    help: ArgumentHelp(
      "A task set that must not get worse. May be repeated.", valueName: "tasks"))
  var guards: [String] = []

  @Option(
    help: ArgumentHelp("An independent verifier, which judges, too.", valueName: "verifier"))
  var second: String?

  @Option(
    name: .customLong("second-setting"),
    help: ArgumentHelp("A setting of the second verifier. May be repeated.", valueName: "key=value")
  )
  var secondSettings: [String] = []

  @Flag(help: "Promote without a second verifier.")
  var noSecond = false

  @Option(help: "What is compared: greedy or sampled.")
  var metric = GateSettings().metric

  @Option(help: "The gain must be surely above this.")
  var margin = GateSettings().margin

  @Option(help: "Problems that both must have answered, at least.")
  var minimumProblems = GateSettings().minimumProblems

  @Option(help: "Share by which answers may grow longer.")
  var lengthTolerance = GateSettings().lengthTolerance

  @Option(help: "Without a champion: accuracy that must be surely exceeded.")
  var floor = GateSettings().floor

  @Option(help: "Without a champion: share of answers that may have no score.")
  var maxUnscoredShare = GateSettings().maxUnscoredShare

  @Option(help: "Only so many problems of each set, the first ones. [default: all]")
  var limit: Int?

  @Option(help: "Samples of each problem, for --metric sampled. [default: 8 then, else 0]")
  var samples: Int?

  @Option(help: "Tokens of an answer. [default: the run's]")
  var maxTokens: Int?

  @Option(
    help: ArgumentHelp(
      "Told on standard input, as JSON, that the name stands for another policy; without a shell.",
      valueName: "command"))
  var hook: String?

  @OptionGroup var runsFolder: RunsFolderOptions

  @OptionGroup var sandboxOptions: SandboxOptions

  @Flag(help: "Print what was decided as JSON.")
  var json = false

  /// What was decided.
  struct Summary: Encodable {
    let name: String
    let action: String
    /// The policy that the name stands for now; nil for none.
    let number: Int?
    let previous: Int?
    let decision: PromotionDecision?
  }

  func validate() throws {
    guard (undo == nil) != (challenger == nil) else {
      throw ValidationError("Name a run with --to, or a name with --undo; not both.")
    }
    guard undo != nil || to != nil else {
      throw ValidationError("Say with --to which name the policy gets, such as champion.")
    }
    guard undo == nil || to == nil else {
      throw ValidationError("--undo names what is undone; leave out --to.")
    }
    guard undo != nil || (second == nil) == noSecond else {
      throw ValidationError(
        "Name a verifier that judges as well with --second, or say --no-second.")
    }
    do {
      try gate.validate()
    } catch {
      throw ValidationError(error.description)
    }
  }

  private var gate: GateSettings {
    var gate = GateSettings()
    (gate.metric, gate.margin, gate.minimumProblems) = (metric, margin, minimumProblems)
    (gate.lengthTolerance, gate.floor) = (lengthTolerance, floor)
    (gate.maxUnscoredShare, gate.needsSecond) = (maxUnscoredShare, !noSecond)
    return gate
  }

  func run() async throws {
    let policies = NamedPolicies(runsFolder.url)
    let words = try hook.map(ShellWords.split)
    if let undo {
      let entry = try policies.undo(undo)
      try show(entry, decision: nil)
      return await tell(words, entry)
    }
    guard let challenger, let to else { return }
    let reference = try RunReference(challenger, in: runsFolder.url)
    let promotion = try Promotion(
      of: reference.folder, to: to, policies: policies, tasks: tasks, guards: guards,
      second: try second.map { try VerifierOptions.term($0, settings: secondSettings) }, gate: gate,
      evaluation: { settings in
        settings.limit = limit
        settings.samples = samples ?? (metric == .sampled ? 8 : 0)
        if let maxTokens { settings.maxCompletionTokens = maxTokens }
      }, weakest: sandboxOptions.allowed)
    let (entry, decision) = try await promotion.run(CommandOutput.display())
    try show(entry, decision: decision)
    if entry.action == .refuse { throw ExitCode(1) }
    await tell(words, entry)
  }

  /// Tells the hook; how it does changes nothing about the promotion.
  private func tell(_ words: [String]?, _ entry: PromotionEntry) async {
    guard let words else { return }
    let runs = runsFolder.url.absoluteURL.standardizedFileURL
    let result = await JobHook(words: words, folder: FileManager.default.currentDirectoryPath)
      .run(HookMessage(entry, runs: runs))
    if result != JobHook.done { CommandOutput.display().message("The hook: \(result).") }
  }

  private func show(_ entry: PromotionEntry, decision: PromotionDecision?) throws {
    if json {
      return try CommandOutput.print(
        json: Summary(
          name: entry.name, action: entry.action.rawValue, number: entry.number,
          previous: entry.previous, decision: decision))
    }
    if let decision { print(decision.text) }
    switch entry.action {
    case .promote:
      print("\(entry.run ?? "") is '\(entry.name)' now, number \(entry.number ?? 0).")
    case .undo:
      print(
        entry.number.map { "'\(entry.name)' is number \($0) again." }
          ?? "'\(entry.name)' stands for no policy now.")
    case .refuse: print("Not promoted; '\(entry.name)' stays as it is.")
    }
  }
}

extension GateSettings.Metric: ExpressibleByArgument {}
