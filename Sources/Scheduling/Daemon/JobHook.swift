import Foundation
import Glibc
import Runs
import Settings
import Subprocess
import SystemPackage

/// Tells a command how a job ended, as JSON on its standard input.
///
/// It is started without a shell, in a session of its own, and has a minute; then it is ended by
/// force with all that it began. How it does is recorded, and changes nothing about the job.
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
    var options = PlatformOptions()
    options.createSession = true  // no terminal's signals reach it, and its group can be ended
    options.teardownSequence = [
      .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)
    ]
    do {
      let text = String(decoding: try StableJSON.data(message), as: UTF8.self) + "\n"
      let status = try await withThrowingTaskGroup(of: TerminationStatus?.self) {
        [options] group in
        group.addTask {
          let executable: Executable =
            program.contains("/")
            ? .path(FilePath(program.hasPrefix("/") ? program : "\(folder)/\(program)"))
            : .name(program)
          return try await Subprocess.run(
            executable, arguments: Arguments(Array(words.dropFirst())),
            workingDirectory: FilePath(folder), platformOptions: options,
            input: .fileDescriptor(try Self.file(holding: text), closeAfterSpawningProcess: true),
            output: .discarded, error: .discarded
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

  /// A file without a name, open at its beginning: unlike a pipe, it harms nobody if it is not read.
  private static func file(holding text: String) throws -> FileDescriptor {
    let path = URL.temporaryDirectory.appending(path: "hone-hook-\(UUID().uuidString)").path
    let file = try FileDescriptor.open(
      FilePath(path), .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
      permissions: .ownerReadWrite)
    do {
      guard unlink(path) == 0 else { throw Errno(rawValue: errno) }
      try file.writeAll(text.utf8)
      try file.seek(offset: 0, from: .start)
      return file
    } catch {
      try file.close()
      throw error
    }
  }
}
