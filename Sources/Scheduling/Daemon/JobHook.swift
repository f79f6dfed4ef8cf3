import Foundation
import Glibc
import Runs
import Settings
import Subprocess
import SystemPackage

/// Tells a command how a job ended, or that a policy was promoted, as JSON on its standard input.
///
/// It is started without a shell, in a session of its own, and has a minute; then it is ended by
/// force with all that it began. How it does is recorded or said, and changes nothing about the job
/// or the promotion.
package struct JobHook: Sendable {
  /// Seconds that the command has.
  package static let limitSeconds = 60.0
  /// What is said where the command did as it should.
  package static let done = "done"

  private let words: [String]
  private let folder: String

  /// - Parameters:
  ///   - words: The program and its arguments.
  ///   - folder: Where it is started.
  package init(words: [String], folder: String) { (self.words, self.folder) = (words, folder) }

  /// Runs the command once for each message, one after the other.
  ///
  /// - Returns: How it did: ``done``, or what went wrong.
  func run(_ messages: [HookMessage]) async -> String {
    var failures: [String] = []
    for message in messages {
      let result = await run(message)
      guard result != Self.done else { continue }
      failures.append(messages.count == 1 ? result : "\(message.event.rawValue): \(result)")
    }
    return failures.isEmpty ? Self.done : failures.joined(separator: "; ")
  }

  /// Runs the command.
  ///
  /// - Returns: How it did: ``done``, or what went wrong.
  package func run(
    _ message: HookMessage, limitSeconds: Double = limitSeconds
  ) async -> String {
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
      case .exited(0): Self.done
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
