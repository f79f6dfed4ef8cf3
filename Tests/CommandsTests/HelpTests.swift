import ArgumentParser
import Testing

@testable import Commands

@Suite struct HelpTests {
  /// Commands that do something, by name.
  static let commands: [String: any ParsableCommand.Type] = [
    "run": RunCommand.self, "reproduce": ReproduceCommand.self, "runs diff": RunsDiffCommand.self,
    "runs list": RunsListCommand.self,
    "runs show": RunsShowCommand.self, "runs watch": RunsWatchCommand.self,
    "runs gc": RunsCollectCommand.self, "pipeline check": PipelineCheckCommand.self,
    "model fetch": ModelFetchCommand.self, "model info": ModelInfoCommand.self,
    "rollout": RolloutCommand.self, "verify": VerifyCommand.self, "train": TrainCommand.self,
    "select": SelectCommand.self, "promote": PromoteCommand.self,
    "export": ExportCommand.self,
    "policies list": PoliciesListCommand.self, "policies show": PoliciesShowCommand.self,
    "policies history": PoliciesHistoryCommand.self,
    "evaluate": EvaluateCommand.self, "score": ScoreCommand.self,
    "tokenize": TokenizeCommand.self, "ask": AskCommand.self,
    "verifier list": VerifierListCommand.self, "verifier new": VerifierNewCommand.self,
    "verifier check": VerifierCheckCommand.self, "verifier stress": VerifierStressCommand.self,
    "verifier replay": VerifierReplayCommand.self, "verifier add": VerifierAddCommand.self,
    "verifier update": VerifierUpdateCommand.self,
    "verifier remove": VerifierRemoveCommand.self,
    "tasks inspect": TasksInspectCommand.self, "tasks split": TasksSplitCommand.self,
    "tasks dedupe": TasksDedupeCommand.self,
    "tasks decontaminate": TasksDecontaminateCommand.self,
    "tasks calibrate": TasksCalibrateCommand.self,
    "tasks import": TasksImportCommand.self,
    "schedule add": ScheduleAddCommand.self, "schedule list": ScheduleListCommand.self,
    "schedule show": ScheduleShowCommand.self, "schedule next": ScheduleNextCommand.self,
    "schedule pause": SchedulePauseCommand.self, "schedule resume": ScheduleResumeCommand.self,
    "schedule remove": ScheduleRemoveCommand.self,
    "schedule install": ScheduleInstallCommand.self,
    "schedule uninstall": ScheduleUninstallCommand.self,
    "schedule export": ScheduleExportCommand.self, "queue add": QueueAddCommand.self,
    "queue list": QueueListCommand.self, "queue cancel": QueueCancelCommand.self,
    "queue gc": QueueCollectCommand.self,
    "bench compare": BenchCompareCommand.self,
  ]

  @Test(arguments: commands.keys.sorted())
  func `help shows an example and fits 80 columns`(of name: String) throws {
    let command = try #require(Self.commands[name])
    let help = HoneCommand.helpMessage(for: command, columns: 80)
    #expect(help.contains("\n  hone \(name) ") || help.contains("| hone \(name) "))
    let lines = help.split(separator: "\n")
    #expect(lines.filter { $0.count > 80 } == [])
    // A line that was broken by hand is not broken again.
    let discussion = command.configuration.discussion.split(separator: "\n")
    #expect(discussion.filter { !lines.contains($0) } == [])
  }

  @Test(arguments: commands.keys.sorted())
  func `what prints results prints them as JSON, too`(of name: String) throws {
    let command = try #require(Self.commands[name])
    #expect(HoneCommand.helpMessage(for: command, columns: 80).contains("--json"))
  }

  @Test func `every command is reached from the root`() {
    let groups = HoneCommand.configuration.groupedSubcommands.flatMap(\.subcommands)
    let reached = groups.flatMap { command in
      [command] + command.configuration.subcommands
    }
    for (name, command) in Self.commands {
      #expect(reached.contains { $0 == command }, "\(name)")
    }
  }
}
