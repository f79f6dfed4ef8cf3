import ArgumentParser
import Foundation
import Measurements
import ModelFiles
import Pipelines
import Policies
import PolicyGradient
import Provenance
import Registry
import Rollouts
import Runs
import Scheduling
import Settings
import Tasks
import Verifiers
import Workbench

/// What a command that failed tells its user, and the code that it exits with.
///
/// The one place where errors become words: the description that an error carries after `hone: `,
/// and never the name of a Swift type.
struct CommandFailure: Equatable {
  /// The user wrote something that hone does not understand.
  static let badUsage: Int32 = 64
  /// The user stopped the command.
  static let interrupted: Int32 = 130

  /// What is shown; empty for nothing.
  let message: String
  let code: Int32

  init(_ error: any Error) {
    if Self.isFromParser(error) {
      let text = HoneCommand.fullMessage(for: error)
      let mark = "Error: "
      message = text.hasPrefix(mark) ? "hone: " + text.dropFirst(mark.count) : text
      code = HoneCommand.exitCode(for: error).rawValue
    } else {
      message = "hone: " + Self.description(of: error)
      code = Self.code(of: error)
    }
  }

  /// Whether the argument parser made the error: it words its own, usage and help included.
  private static func isFromParser(_ error: any Error) -> Bool {
    switch error {
    case is ValidationError, is CleanExit, is ExitCode: true
    default: String(reflecting: type(of: error)).hasPrefix("ArgumentParser.")
    }
  }

  private static func code(of error: any Error) -> Int32 {
    switch error {
    case _ where namesNothing(error): badUsage
    case SettingsError.unreadable: 1
    case is SettingsError, is InvalidSetting, is InvalidObjective: badUsage
    case is ScaffoldError, is OutputError: badUsage
    case ScheduleError.daemonAtWork: 1
    case is ScheduleError, is CronError, RunError.unusableName: badUsage
    case GitError.unusableAddress, GitError.unknownReference, GitError.noFolder: badUsage
    case InstallationError.notPinned, InstallationError.nameTaken,
      InstallationError.pinnedElsewhere, InstallationError.otherCommit:
      badUsage
    case TaskImportError.noGrader, TaskImportError.outputExists: badUsage
    case VerifierError.unknownSetting, VerifierError.invalidReward, VerifierError.invalidManifest,
      VerifierError.refusedSettings:
      badUsage
    case PipelineError.noStages, PipelineError.notAStage, PipelineError.duplicateEvaluation,
      PipelineError.noSource:
      badUsage
    case NamedPolicyError.ambiguous, PromotionError.notIndependent: badUsage
    case BenchmarkReportError.unreadable: 1
    case is BenchmarkReportError: badUsage
    case is RunInterrupted, is CancellationError: interrupted
    default: 1
    }
  }

  /// Whether the user named a file, a model, a run or the like that is not there.
  private static func namesNothing(_ error: any Error) -> Bool {
    switch error {
    case SettingsError.unreadable(_, missingFileReason),
      TaskError.unreadableFile(_, missingFileReason),
      TaskImportError.unreadable(_, missingFileReason),
      RolloutFileError.unreadable(_, missingFileReason),
      BenchmarkReportError.unreadable(_, missingFileReason):
      true
    case TaskError.unknownTask, TaskError.unknownSplit: true
    case is UnknownRun, is UnknownRound, RunError.notARun, ReplayError.nothingThere: true
    case ExportCommand.Failure.noPolicy, NamedPolicyError.unknown, PolicyError.noModel: true
    case let error as ModelFileError: error.problem == .nothingThere
    case ModelFetchError.noWheel, VerifierError.notFound: true
    default: false
    }
  }

  private static func description(of error: any Error) -> String {
    switch error {
    case is CancellationError: "interrupted."
    case let error as CocoaError:
      [error.localizedDescription, error.filePath ?? error.url?.path].compactMap(\.self)
        .joined(separator: " ")
    case let error as DecodingError: "a file is damaged: \(error.localizedDescription)"
    case let error as any CustomStringConvertible where !(type(of: error) is NSError.Type):
      error.description
    default: error.localizedDescription
    }
  }
}
