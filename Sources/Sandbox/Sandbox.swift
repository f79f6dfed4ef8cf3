package import Foundation
import Glibc

/// Starts commands that are not trusted, through the `jail` executable of this package.
///
/// For now the jail limits resources, empties the environment and closes inherited descriptors;
/// it does not hide files or the network, which ``level`` says.
package struct Sandbox: Sendable {
  /// How much the jail takes away on this machine.
  package let level: SandboxLevel

  private let jail: String

  /// Finds the jail.
  ///
  /// - Parameter folder: Where the executables of this package lie.
  /// - Throws: ``SandboxError/noJail(path:)``.
  package init(executables folder: URL) throws(SandboxError) {
    let path = folder.appending(path: "jail").path
    guard FileManager.default.isExecutableFile(atPath: path) else { throw .noJail(path: path) }
    (jail, level) = (path, .none)
  }

  /// Starts a command with pipes to its standard input, output and error.
  ///
  /// The kernel ends the command when the thread that calls this ends, so that none outlives a
  /// host that was killed: call it on a thread that lives as long as the process is wanted, and
  /// that alone writes to it. That thread's SIGPIPE is blocked from here on, so that writing to a
  /// process that died is a result and not the host's end.
  ///
  /// - Parameter command: What to start.
  /// - Returns: The running process, which ends with the value.
  /// - Throws: ``SandboxError/failed(call:reason:)`` where the machine refuses.
  package func start(_ command: JailedCommand) throws(SandboxError) -> JailedProcess {
    var words = [jail, "--parent", "\(getpid())", "--folder", command.folder.path]
    for (option, value) in command.limits.options { words += [option, "\(value)"] }
    words += ["--", command.executable] + command.arguments
    var brokenPipe = sigset_t()
    unsafe sigemptyset(&brokenPipe)
    unsafe sigaddset(&brokenPipe, SIGPIPE)
    unsafe pthread_sigmask(SIG_BLOCK, &brokenPipe, nil)
    return try JailedProcess(words)
  }
}

/// How much a sandbox takes away.
package enum SandboxLevel: String, Codable, Sendable {
  /// Limits on resources, an empty environment, a session of its own; files, network and other
  /// processes of the user stay reachable.
  case none
}

/// A command to be started in a sandbox.
package struct JailedCommand: Equatable, Sendable {
  /// Absolute path of the executable.
  package let executable: String
  package let arguments: [String]
  /// The command's current folder.
  package let folder: URL
  package let limits: JailLimits

  package init(executable: String, arguments: [String], folder: URL, limits: JailLimits) {
    precondition(executable.hasPrefix("/"), "'\(executable)' is not an absolute path")
    (self.executable, self.arguments) = (executable, arguments)
    (self.folder, self.limits) = (folder, limits)
  }
}

/// What a jailed command may use; nil leaves the host's own limit.
package struct JailLimits: Equatable, Sendable {
  /// CPU seconds of each process over its whole life.
  package var cpuSeconds: Int?
  /// Address space of each process, in MiB.
  package var memoryMiB: Int?
  /// Processes and threads, above those that the user has when the command starts.
  package var processes: Int?
  /// Longest file that it may write, in KiB.
  package var fileKiB: Int?
  /// Open descriptors of each process.
  package var openFiles: Int?

  package init(
    cpuSeconds: Int? = nil, memoryMiB: Int? = nil, processes: Int? = nil, fileKiB: Int? = nil,
    openFiles: Int? = nil
  ) {
    (self.cpuSeconds, self.memoryMiB, self.processes) = (cpuSeconds, memoryMiB, processes)
    (self.fileKiB, self.openFiles) = (fileKiB, openFiles)
  }

  fileprivate var options: [(String, Int)] {
    let all = [
      ("--cpu-seconds", cpuSeconds), ("--memory-mib", memoryMiB), ("--processes", processes),
      ("--file-kib", fileKiB), ("--open-files", openFiles),
    ]
    return all.compactMap { option, value in value.map { (option, $0) } }
  }
}

/// What stops a sandbox from being made or used.
package enum SandboxError: Error, Equatable, CustomStringConvertible {
  case noJail(path: String)
  /// A system call was refused.
  case failed(call: String, reason: String)

  package var description: String {
    switch self {
    case .noJail(let path):
      """
      There is no executable '\(path)', which starts verifiers with limits. Build the whole \
      package, and keep 'jail' beside 'hone'.
      """
    case .failed(let call, let reason): "\(call) failed: \(reason)."
    }
  }
}
