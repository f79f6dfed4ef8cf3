import Foundation
import Runs
import Settings
import Subprocess
import SystemPackage

/// Tells a command how a job ended, or that a policy was promoted, as JSON on its standard input.
///
/// It is started without a shell and has a minute. How it does is recorded or said, and changes
/// nothing about the job or the promotion.
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
      case .exited(0): Self.done
      case .exited(let code): "it failed with exit code \(code)"
      case .signaled(let signal): "signal \(signal) ended it"
      case nil: "it took longer than \(Int(limitSeconds)) s and was ended"
      }
    } catch {
      return "it could not be run: \(error)"
    }
  }
}
