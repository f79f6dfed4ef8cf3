package import ArgumentParser
import Foundation
import Runs

/// The command line: one subcommand a file.
package struct HoneCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "hone",
    abstract: "Sharpens a language model against what can be checked.",
    discussion: """
      A policy writes answers, verifiers score them, and the policy learns from the
      scores. Each stage of a pipeline is also a command of its own that reads and
      writes plain files.

        hone run pipelines/arithmetic-tiny.yaml    train a small policy from nothing
        hone ask --policy runs/arithmetic-tiny-1 "3+8+5+9+2="

      Exit codes: 0 done, 1 failed, 64 bad usage or settings, 130 interrupted.
      """,
    version: HoneVersion.current,
    subcommands: [],
    groupedSubcommands: [
      CommandGroup(
        name: "Pipelines:",
        subcommands: [
          RunCommand.self, ReproduceCommand.self, RunsCommand.self, PipelineCommand.self,
        ]),
      CommandGroup(
        name: "At their time:", subcommands: [ScheduleCommand.self, QueueCommand.self]),
      CommandGroup(name: "Tasks:", subcommands: [TasksCommand.self]),
      CommandGroup(
        name: "Models:",
        subcommands: [
          ModelCommand.self, ExportCommand.self, PromoteCommand.self, PoliciesCommand.self,
        ]),
      CommandGroup(name: "Tasks:", subcommands: [TasksCommand.self]),
      CommandGroup(name: "Verifiers:", subcommands: [VerifierCommand.self, SandboxCommand.self]),
      CommandGroup(
        name: "Stages, one at a time:",
        subcommands: [
          RolloutCommand.self, VerifyCommand.self, SelectCommand.self, TrainCommand.self,
          EvaluateCommand.self,
        ]),
      CommandGroup(
        name: "A policy by itself:",
        subcommands: [AskCommand.self, ScoreCommand.self, TokenizeCommand.self]),
      CommandGroup(name: "Speed:", subcommands: [BenchCommand.self]),
    ])

  package init() {}

  /// Parses the program's arguments, runs the command, and exits with its code.
  package static func main() async {
    do {
      var command = try await asyncParseAsRoot()
      let stopsByItself =
        command is RunCommand || command is ReproduceCommand || command is ScheduleRunCommand
      let interrupt = stopsByItself ? nil : InterruptFlag.stopAtOnce()
      defer { withExtendedLifetime(interrupt) {} }
      if var waiting = command as? any AsyncParsableCommand {
        try await waiting.run()
      } else {
        try command.run()
      }
    } catch {
      let failure = CommandFailure(error)
      if !failure.message.isEmpty {
        let output = failure.code == 0 ? FileHandle.standardOutput : .standardError
        output.write(Data((failure.message + "\n").utf8))
      }
      exit(withError: ExitCode(failure.code))
    }
  }
}

extension InterruptFlag {
  /// Ends the process at Ctrl-C: for commands that write their output in one step at the end.
  fileprivate static func stopAtOnce() -> InterruptFlag {
    InterruptFlag(
      signals: [SIGINT],
      finishing: {
        FileHandle.standardError.write(Data("\nhone: interrupted, nothing was written.\n".utf8))
        _exit(130)
      })
  }
}
