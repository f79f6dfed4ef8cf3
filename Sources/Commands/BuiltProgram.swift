import Foundation
import Pipelines
import Runs
import Subprocess
import Synchronization
import SystemPackage

/// The program of a checkout of Hone, which need not be the one that is running.
///
/// All that is asked of it is what every version can: `hone run` with a pipeline, overrides and a
/// folder of runs, and an interrupt that ends the round and leaves a checkpoint.
struct BuiltProgram: Sendable {
  /// Between two looks at how far a run has come.
  private static let pause = Duration.milliseconds(100)

  private let executable: URL

  /// Builds the program.
  ///
  /// - Parameters:
  ///   - checkout: The root of the checkout.
  ///   - source: The root of the working tree that it is of: where the commit does not say which
  ///     versions of its packages it was built with, those that are in use there are taken.
  /// - Throws: ``ReproductionError``, or where the compiler cannot be started.
  init(buildingIn checkout: URL, of source: URL) async throws {
    let manager = FileManager.default
    guard manager.fileExists(atPath: checkout.appending(path: "Sources/hone").path) else {
      throw ReproductionError.nothingToBuild(folder: checkout.path)
    }
    let (wanted, known) = (
      checkout.appending(path: "Package.resolved"), source.appending(path: "Package.resolved")
    )
    if !manager.fileExists(atPath: wanted.path), manager.fileExists(atPath: known.path) {
      try manager.copyItem(at: known, to: wanted)
    }
    let command = ["swift", "build", "-c", "release", "--product", "hone"]
    let result = try await Subprocess.run(
      .name("env"), arguments: Arguments(["-C", checkout.path] + command),
      output: .currentStandardError, error: .currentStandardError)
    guard result.terminationStatus.isSuccess else {
      throw ReproductionError.failed(
        command: command.joined(separator: " "), status: "\(result.terminationStatus)")
    }
    executable = checkout.appending(path: ".build/release/hone")
  }

  /// Makes the run of a plan again.
  ///
  /// - Parameters:
  ///   - plan: What is run, and where.
  ///   - parent: The folder of runs.
  ///   - rounds: Rounds of reinforcement after which it is interrupted; a few more may be done by
  ///     then. nil for all.
  /// - Returns: The new run's folder.
  /// - Throws: ``ReproductionError/failed(command:status:)``, or where something cannot be read.
  func run(_ plan: ReproductionPlan, in parent: URL, rounds: Int?) async throws -> URL {
    // A program that reuses stages would take them from the run that is to be made again.
    let rerun = try await knowsRerun() ? ["--rerun"] : []
    let command =
      [executable.path, "run", plan.settings.path, "--runs", parent.path, "--json"] + rerun
      + (try plan.overrides().flatMap { ["--set", $0] })
    let report = FileManager.default.temporaryDirectory
      .appending(path: "hone-report-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: report) }  // among temporary files, at worst
    let output = try FileDescriptor.open(
      FilePath(report.path), .writeOnly, options: [.create, .closeOnExec],
      permissions: FilePermissions(rawValue: 0o600))
    let progress = Progress()
    let files = try rounds == nil ? [] : plan.roundFiles()
    let folder = plan.folder.path
    let status = try await withThrowingTaskGroup(of: TerminationStatus?.self) { group in
      group.addTask {
        try await Subprocess.run(
          .name("env"), arguments: Arguments(["-C", folder] + command), input: .none,
          output: .fileDescriptor(output, closeAfterSpawningProcess: true),
          error: .currentStandardError
        ) { execution in
          progress.process.withLock { $0 = execution.processIdentifier.value }
        }.terminationStatus
      }
      if let rounds {
        group.addTask {
          while try await Self.rest() {
            guard let id = progress.process.withLock({ $0 }) else { continue }
            let run = try progress.run.withLock { $0 } ?? Self.run(of: id, in: parent)
            progress.run.withLock { $0 = run }
            guard let run, try Self.rounds(files, in: run) >= rounds else { continue }
            _ = kill(id, SIGINT)  // it fails only where the process is gone
            break
          }
          return nil
        }
      }
      defer { group.cancelAll() }
      while let ended = try await group.next() {
        if let ended { return ended }
      }
      preconditionFailure("a process ended without a status")
    }
    if rounds != nil, case .exited(CommandFailure.interrupted) = status,
      let run = progress.run.withLock({ $0 })
    {
      return run
    }
    guard status.isSuccess else {
      throw ReproductionError.failed(
        command: command.joined(separator: " "), status: "\(status)")
    }
    /// The part of a report that every version writes.
    struct Report: Decodable { let run: String }
    let name = try StableJSON.value(Report.self, from: Data(contentsOf: report)).run
    return parent.appending(path: name, directoryHint: .isDirectory)
  }

  /// Whether the program's `run` has the option `--rerun`, as each has that reuses stages.
  private func knowsRerun() async throws -> Bool {
    let help = try await Subprocess.run(
      .path(FilePath(executable.path)), arguments: ["run", "--help"], input: .none,
      output: .string(limit: 1 << 20), error: .discarded)
    return help.standardOutput.contains("--rerun")
  }

  // MARK: - How far it has come

  /// Waits for the next look.
  ///
  /// - Returns: Whether there is one: none once the process has ended.
  private static func rest() async throws -> Bool {
    do {
      try await Task.sleep(for: pause)
      return true
    } catch is CancellationError {
      return false
    }
  }

  /// The run that a process is at work on, known by its lock; nil as long as there is none.
  private static func run(of process: Int32, in parent: URL) throws -> URL? {
    guard FileManager.default.fileExists(atPath: parent.path) else { return nil }
    let names = try FileManager.default.contentsOfDirectory(atPath: parent.path)
    return try names.lazy.filter { !$0.hasPrefix(".") }
      .map { parent.appending(path: $0, directoryHint: .isDirectory) }
      .first { try RunFolder.isRun($0) && RunLock.holder(of: $0) == process }
  }

  /// Rounds that are on record.
  private static func rounds(_ files: [String], in run: URL) throws -> Int {
    try files.reduce(0) { try $0 + RunFolder.recordCount(of: $1, in: run) }
  }

  /// What is known of the process.
  private final class Progress: Sendable {
    let process = Mutex<Int32?>(nil)
    let run = Mutex<URL?>(nil)
  }
}
