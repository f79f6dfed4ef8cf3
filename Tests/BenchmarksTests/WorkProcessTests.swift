import Foundation
import Glibc
import Subprocess
import SystemPackage
import TestSupport
import Testing

@testable import hone_benchmarks

@Suite struct WorkProcessTests {
  /// The program as it was built with the tests.
  private static var program: FilePath {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let beside = Bundle.main.bundleURL.appending(path: "hone-benchmarks").path
    return FilePath(
      FileManager.default.fileExists(atPath: beside)
        ? beside : root.appending(path: ".build/debug/hone-benchmarks").path)
  }

  @Test(.tags(.slow), .timeLimit(.minutes(5)))
  func `a work ends with the process that started it`() throws {
    let (parent, errors) = (Process(), Pipe())
    parent.executableURL = URL(filePath: Self.program.string)
    parent.arguments = ["run", "decode-tiny", "--repeats", "10000"]  // hours
    (parent.standardOutput, parent.standardError) = (FileHandle.nullDevice, errors)
    try parent.run()
    while parent.isRunning, try Self.children(of: parent.processIdentifier).isEmpty {}
    #expect(parent.isRunning)
    #expect(kill(parent.processIdentifier, SIGKILL) == 0)
    // Ends when no process has the other end any more: neither the parent nor the work.
    _ = errors.fileHandleForReading.readDataToEndOfFile()
    parent.waitUntilExit()
    #expect(parent.terminationReason == .uncaughtSignal)
  }

  /// The processes that any thread of a process has started.
  private static func children(of process: Int32) throws -> [Substring] {
    let threads = "/proc/\(process)/task"
    return try FileManager.default.contentsOfDirectory(atPath: threads).flatMap { thread in
      let path = "\(threads)/\(thread)/children"
      guard FileManager.default.fileExists(atPath: path) else { return [Substring]() }
      return try String(contentsOfFile: path, encoding: .utf8).split(separator: " ")
    }
  }

  @Test(arguments: [["run", "--json", "/missing/file"], ["scaling", "--svg", "/missing/file"]])
  func `a file that cannot be written is told before anything is measured`(
    arguments: [String]
  ) async throws {
    let result = try await Subprocess.run(
      .path(Self.program), arguments: Arguments(arguments), input: .none, output: .discarded,
      error: .string(limit: 1 << 16))
    #expect(result.terminationStatus == .exited(1))
    #expect(result.standardError.contains("/missing/file"))
    #expect(!result.standardError.contains("…"), "a work was begun")
  }
}
