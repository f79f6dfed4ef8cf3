import Foundation
import Runs
import Settings
import Subprocess
import SystemPackage

/// Tells a command how a job ended, as JSON on its standard input.
///
/// It is started without a shell and has a minute. How it does is recorded, and changes nothing
/// about the job.
struct JobHook: Sendable {
  /// Seconds that the command has.
  static let limitSeconds = 60.0

  /// What the command is told.
  struct Message: Codable, Equatable, Sendable {
    /// `success` or `failure`.
    let event: String
    let job: Int
    let schedule: String?
    /// As in `2025-01-31T02:00:00Z`.
    let instant: String
    let pipeline: String
    let outcome: JobOutcome
    let reason: String?
    /// The run's folder, where one was made.
    let run: String?

    init(_ job: Job, outcome: JobOutcome, runs: URL) {
      event = outcome == .succeeded ? "success" : "failure"
      (self.job, schedule) = (job.id, job.schedule)
      instant = job.instant.ISO8601Format()
      pipeline = job.request.pipeline
      (self.outcome, reason) = (outcome, job.note)
      run = job.run.map { runs.appending(path: $0).path }
    }
  }

  let words: [String]
  let folder: String

  /// Runs the command.
  ///
  /// - Returns: How it did, in words.
  func run(_ message: Message, limitSeconds: Double = limitSeconds) async -> String {
    guard let program = words.first else { return "there is no command" }
    do {
      let text = String(decoding: try StableJSON.data(message), as: UTF8.self) + "\n"
      let status = try await withThrowingTaskGroup(of: TerminationStatus?.self) { group in
        group.addTask {
          let executable: Executable =
            program.contains("/")
            ? .path(FilePath(program.hasPrefix("/") ? program : "\(folder)/\(program)"))
            : .name(program)
          return try await Subprocess.run(
            executable, arguments: Arguments(Array(words.dropFirst())),
            workingDirectory: FilePath(folder), input: .string(text), output: .discarded,
            error: .discarded
          ).terminationStatus
        }
        group.addTask {
          try await Task.sleep(for: .seconds(limitSeconds))
          return nil
        }
        defer { group.cancelAll() }
        return try await group.next() ?? nil
      }
      return switch status {
      case .exited(0): "done"
      case .exited(let code): "it failed with exit code \(code)"
      case .signaled(let signal): "signal \(signal) ended it"
      case nil: "it took longer than \(Int(limitSeconds)) s and was ended"
      }
    } catch {
      return "it could not be run: \(error)"
    }
  }
}
