import ArgumentParser
import Foundation
import Registry
import Runs
import Scheduling
import Verifiers

/// The command `hone schedule run`.
struct ScheduleRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Starts jobs when their time has come, until it is stopped: the daemon.",
    discussion: """
      Ctrl-C or a polite kill stops the jobs at work after a checkpoint, and then the
      daemon; the next one goes on with them. A second one stops the daemon at once,
      and leaves its jobs at work: the next daemon finds them. What a job prints is in
      'output.txt' of its run's folder.

        hone schedule run
        hone schedule run --max-jobs 2 --runs /data/runs
      """)

  @Option(help: ArgumentHelp("Jobs at work at one time.", valueName: "n"))
  var maxJobs = 1

  @OptionGroup var folder: RunsFolderOptions

  func validate() throws {
    guard (1...1000).contains(maxJobs) else {
      throw ValidationError("--max-jobs is \(maxJobs), but it must be from 1 to 1000.")
    }
  }

  func run() async throws {
    let display = CommandOutput.display()
    let runs = URL(filePath: folder.path).absoluteURL.standardizedFileURL
    let daemon = ScheduleDaemon(
      try Registry.open(in: runs), program: try Self.program(), maxJobs: maxJobs
    ) { line in display.message("\(Date().ISO8601Format()) \(line)") }
    let interrupt = InterruptFlag(finishing: { daemon.send(.shutDown) })
    let hangUp = SignalWatch([SIGHUP])
    hangUp.start { _ in daemon.send(.told) }
    defer { withExtendedLifetime((interrupt, hangUp)) {} }
    try await daemon.run()
  }

  /// Hone's own executable, as a whole path.
  static func program() throws -> URL {
    URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
  }
}
