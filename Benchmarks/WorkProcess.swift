import Foundation
import Runs
import Subprocess
import SystemPackage

/// A workload in a process of its own, so that works do not disturb each other and the process's
/// largest memory is the work's.
enum WorkProcess {
  /// What such a process writes to its standard output.
  struct Report: Codable {
    let measurements: [Measurement]
    /// The largest resident memory that it had; nil where the system does not tell.
    let peakMemoryBytes: Int?
  }

  /// How a workload did.
  enum Outcome {
    case measured(Report)
    /// What it needs is not on this machine.
    case absent
    case failed(reason: String)
  }

  /// The exit code where what a workload needs is absent, `EX_UNAVAILABLE` of sysexits.h.
  static let absentCode: Int32 = 69

  /// Runs a workload in a process of this program; its remarks go to standard error.
  static func run(_ workload: Workload, repeats: Int) async throws -> Outcome {
    // Its standard input ends when this process does, however that comes.
    let life = try FileDescriptor.pipe(options: .closeOnExec)
    let result = try await Subprocess.run(
      .path("/proc/self/exe"),
      arguments: ["measure", workload.name, "--repeats", "\(repeats)"],
      input: .fileDescriptor(life.readEnd, closeAfterSpawningProcess: true),
      output: .string(limit: 4 << 20), error: .currentStandardError)
    try life.writeEnd.close()
    switch result.terminationStatus {
    case .exited(0):
      return .measured(try StableJSON.value(from: Data(result.standardOutput.utf8)))
    case .exited(absentCode): return .absent
    case .exited(let code): return .failed(reason: "it ended with exit code \(code)")
    case .signaled(let signal): return .failed(reason: "signal \(signal) ended it")
    }
  }

  /// Ends this process with the one that started it, and would read what it measures.
  static func endWithParent() {
    Thread.detachNewThread {
      while !FileHandle.standardInput.availableData.isEmpty {}  // what is said there is of no use
      exit(1)
    }
  }

  /// Does a workload in this process, and tells what it measured.
  static func measure(_ workload: Workload, repeats: Int) async throws -> Report {
    Report(
      measurements: try await workload.run(repeats), peakMemoryBytes: try peakMemoryBytes())
  }

  /// `VmHWM` of this process.
  private static func peakMemoryBytes() throws -> Int? {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
      .map { $0 << 10 }
  }
}
