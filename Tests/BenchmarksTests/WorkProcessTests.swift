import Foundation
import Subprocess
import SystemPackage
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

  @Test(.timeLimit(.minutes(5)))
  func `a work ends with the process that started it`() async throws {
    // Its standard input is at its end, as when the other is gone; the repeats would take hours.
    let result = try await Subprocess.run(
      .path(Self.program), arguments: ["measure", "decode-tiny", "--repeats", "10000"],
      input: .none, output: .discarded, error: .discarded)
    #expect(result.terminationStatus == .exited(1))
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
