import Foundation
import Testing

/// What other processes see of a run at work.
@Suite struct WatchTests {
  @Test func `a run at work is listed, shown and followed until it is killed`() async throws {
    let run = try MiniRun()
    // Long enough to be at work yet when all others have looked.
    let atWork = try run.start("--set", "reinforce.rounds=5000")
    let watch = try await follower(of: run, atWork)
    try await watch.wait { watch.errorText.contains("reinforce") }
    #expect(watch.isRunning && atWork.isRunning)
    try await expect("list", of: run, "mini-1  running")
    try await expect("show", "mini-1", of: run, "before: greedy")
    try await expect("show", "mini-1", of: run, "reinforce, ")
    try await expect("show", "mini-1", "--rollouts", "--limit", "3", of: run, "arithmetic")
    await atWork.kill()
    #expect(await watch.exitCode == 1, "\(watch.errorText)")
    try await expect("list", of: run, "mini-1  killed")
  }

  /// Starts following once there is something to follow.
  private func follower(of run: MiniRun, _ atWork: HoneProcess) async throws -> HoneProcess {
    try await atWork.wait { run.hasCheckpoint }
    return try HoneProcess(["runs", "watch", "mini-1"], in: run.folder)
  }

  /// Runs `hone runs` with some words, and expects a text in what it prints.
  private func expect(_ words: String..., of run: MiniRun, _ text: String) async throws {
    let name = "printed-\(UUID()).txt"
    let process = try HoneProcess(
      program: "/bin/bash", ["-c", "exec \"$0\" runs \"$@\" >\(name)", HoneProcess.hone] + words,
      in: run.folder)
    #expect(await process.exitCode == 0, "\(words): \(process.errorText)")
    let printed = try String(contentsOf: run.folder.appending(path: name), encoding: .utf8)
    #expect(printed.contains(text), "\(words): \(printed)")
  }
}
