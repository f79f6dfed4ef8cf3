import CSandbox
package import Foundation
import Glibc
import Synchronization

/// Starts commands that are not trusted, through the `jail` executable of this package.
///
/// What the jail is worth on this machine is found by trying, once for each process: a jail is
/// built, and a program in it tries to get out. See ``SandboxStatus``.
package struct Sandbox: Sendable {
  /// How much the jail takes away on this machine.
  package let level: SandboxLevel

  private let jail: String

  /// Finds the strongest jail that this machine can build.
  ///
  /// - Parameters:
  ///   - folder: Where the executables of this package lie.
  ///   - weakest: The weakest level that will do.
  /// - Throws: ``SandboxError/noJail(path:)``, or
  ///   ``SandboxError/tooWeak(level:needed:obstacles:remedies:)``.
  package init(
    executables folder: URL, weakest: SandboxLevel = .weakestByDefault
  ) throws(SandboxError) {
    let status = try Self.status(executables: folder)
    guard status.level >= weakest else {
      throw .tooWeak(
        level: status.level, needed: weakest, obstacles: status.obstacles,
        remedies: status.remedies)
    }
    try self.init(executables: folder, at: status.level)
  }

  /// A sandbox of a level that was not tried: for the trials, and for tests of weaker levels.
  ///
  /// - Parameters:
  ///   - folder: Where the executables of this package lie.
  ///   - level: How strong it shall be; a command does not start where that cannot be had.
  /// - Throws: ``SandboxError/noJail(path:)``.
  package init(executables folder: URL, at level: SandboxLevel) throws(SandboxError) {
    let path = folder.appending(path: "jail").path
    guard FileManager.default.isExecutableFile(atPath: path) else { throw .noJail(path: path) }
    (jail, self.level) = (path, level)
  }

  /// What the sandbox is worth here; tried at the first call, and the same for all later ones.
  ///
  /// - Parameter folder: Where the executables of this package lie.
  /// - Returns: The level, and how each trial went.
  /// - Throws: ``SandboxError``.
  package static func status(executables folder: URL) throws(SandboxError) -> SandboxStatus {
    try known.withLock { known throws(SandboxError) in
      if let status = known[folder.path] { return status }
      let status = try SandboxTrial(executables: folder).status()
      known[folder.path] = status
      return status
    }
  }

  private static let known = Mutex<[String: SandboxStatus]>([:])

  /// Tells where a command sees one of its ``JailedCommand/house`` files.
  ///
  /// - Parameter path: The file's absolute path on the host.
  /// - Returns: The path inside.
  package func place(ofHouse path: String) -> String {
    level.hasOwnRoot ? "/hone/" + URL(filePath: path).lastPathComponent : path
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
    guard sandbox_adopt_orphans() == 0 else {
      throw .failed(call: "adopting orphans", reason: reason(errno))
    }
    let cgroup: MemoryCgroup? =
      level == .full
      ? try MemoryCgroup(limits: command.limits, isNesting: command.isNesting) : nil
    var words = [jail, "--level", level.wall, "--parent", "\(getpid())"]
    if let cgroup { words += ["--cgroup", cgroup.path] }
    words += ["--folder", command.folder.standardizedFileURL.resolvingSymlinksInPath().path]
    let place = command.place
    let house = command.house + (place.isInHouse ? [command.executable] : [])
    words += house.flatMap { ["--house", $0] }
    words += SwiftRuntime.folders.flatMap { ["--library", $0] }
    if command.isNesting { words.append("--nesting") }
    if level.hasOwnRoot { words += ["--report", "3"] }
    words += command.limits.words + ["--"]
    words.append(level.hasOwnRoot ? place.path : command.executable)
    words += command.arguments
    var brokenPipe = sigset_t()
    unsafe sigemptyset(&brokenPipe)
    unsafe sigaddset(&brokenPipe, SIGPIPE)
    unsafe pthread_sigmask(SIG_BLOCK, &brokenPipe, nil)
    return try JailedProcess(words, reports: level.hasOwnRoot, cgroup: cgroup)
  }
}
