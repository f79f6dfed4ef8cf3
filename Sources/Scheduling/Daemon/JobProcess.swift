import Foundation
import Glibc
import Runs
import Settings
import Subprocess
import SystemPackage

/// The process of a job: `hone run` in a session of its own, so that no terminal's signals reach it
/// and it outlives a daemon that is killed.
///
/// What it prints goes to `output.txt` in the run's folder. That file is locked (`flock`) before the
/// process starts, and the lock is the process's as its standard output is: whoever finds the file
/// unlocked knows that the job's process is gone, however it went, and no second one starts.
struct JobProcess: Sendable {
  /// The name of the file, in a run's folder, that has what the process prints.
  static let outputName = "output.txt"

  /// The program: hone itself.
  let program: URL
  /// The folder of all runs.
  let runs: URL

  /// Starts the job's process and waits for its end.
  ///
  /// - Parameters:
  ///   - request: The job's.
  ///   - place: Where it works, and what it runs.
  ///   - folder: The run's.
  ///   - started: Told the process's id.
  /// - Returns: How it ended; ``JobExit/crashed(reason:)`` where it could not be started.
  func run(
    _ request: JobRequest, at place: JobPlace, in folder: URL,
    started: @Sendable (Int32) async -> Void
  ) async -> JobExit {
    do {
      let output = try Self.lockOutput(of: folder)
      var options = PlatformOptions()
      options.createSession = true
      let result = try await Subprocess.run(
        .path(FilePath(program.path)), arguments: Arguments(arguments(request, place, folder)),
        workingDirectory: FilePath(place.folder), platformOptions: options, input: .none,
        output: .fileDescriptor(output, closeAfterSpawningProcess: true),
        error: .combinedWithOutput
      ) { execution in
        await started(execution.processIdentifier.value)
      }
      return Self.exit(result.terminationStatus, in: folder)
    } catch {
      return .crashed(reason: "it could not be started: \(error)")
    }
  }

  /// `--resume` where there is a run, else the beginning.
  private func arguments(
    _ request: JobRequest, _ place: JobPlace, _ folder: URL
  ) -> [String] {
    if RunFolder.isRun(folder) { return ["run", "--resume", folder.path] }
    let overrides = request.overrides.flatMap { ["--set", $0] }
    let models = place.models.map { ["--models", $0] } ?? []
    return ["run", place.pipeline] + overrides + models
      + ["--runs", runs.path, "--into", folder.path]
  }

  // MARK: - What is left of a process

  /// Whether the process of a job is at work, of this daemon or an earlier one.
  static func isAlive(in folder: URL) -> Bool {
    let descriptor = open(folder.appending(path: outputName).path, O_RDONLY | O_CLOEXEC)
    // What cannot be opened for another reason, such as too many files, may be locked.
    guard descriptor >= 0 else { return errno != ENOENT }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0
  }

  /// How a process ended that this daemon did not start, as far as its run's folder says.
  static func exit(in folder: URL) -> JobExit {
    guard RunFolder.isRun(folder) else {
      let output = folder.appending(path: outputName).path
      guard FileManager.default.fileExists(atPath: output) else { return .notBegun }
      return .crashed(reason: "its process ended before its run began")
    }
    do {
      let manifest = try RunFolder.manifest(of: folder)
      return switch manifest.status {
      case .finished: .succeeded
      case .interrupted: .interrupted
      case .failed: .failed(code: 1, reason: manifest.reason)
      case .running: .crashed(reason: "its process is gone")
      }
    } catch {
      return .failed(code: 1, reason: "\(error)")
    }
  }

  private static func exit(_ status: TerminationStatus, in folder: URL) -> JobExit {
    switch status {
    case .exited(let code):
      return JobExit(code: code, reason: code == 0 ? nil : reason(in: folder))
    case .signaled(let signal):
      if signal == SIGTERM || signal == SIGINT { return .interrupted }
      let hint = signal == SIGKILL ? ", perhaps since memory was short" : ""
      return .crashed(reason: "signal \(signal) ended it\(hint)")
    }
  }

  /// The last thing that hone said to its user.
  private static func reason(in folder: URL) -> String? {
    guard let handle = FileHandle(forReadingAtPath: folder.appending(path: outputName).path) else {
      return nil
    }
    do {
      let end = try handle.seekToEnd()
      try handle.seek(toOffset: end > 8192 ? end - 8192 : 0)
      let text = String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
      return text.split(separator: "\n").last { $0.hasPrefix("hone: ") }
        .map { String($0.dropFirst(6).prefix(1000)) }
    } catch {
      return "its output cannot be read: \(failureReason(error))"
    }
  }

  /// Opens the file of a folder that takes what the process prints, locked; makes the folder where
  /// a power cut, or its user, took it.
  private static func lockOutput(of folder: URL) throws -> FileDescriptor {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let path = folder.appending(path: outputName).path
    let descriptor = try FileDescriptor.open(
      FilePath(path), .readWrite, options: [.append, .create, .closeOnExec],
      permissions: FilePermissions(rawValue: 0o644))
    guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else {
      try descriptor.close()
      throw RunError.inUse(folder: folder.relativePath, processID: nil)
    }
    return descriptor
  }
}
