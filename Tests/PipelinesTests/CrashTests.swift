import Foundation
import TestSupport
import Testing

/// What the real program leaves where it is stopped, killed or out of room, and that it goes on from
/// there to the same bytes.
@Suite(.serialized) struct CrashTests {
  /// Starts a run, or goes on with it; before `run.json` is there, it begins again.
  private func begin(_ run: MiniRun) throws -> HoneProcess {
    if run.exists("run.json") { return try run.resume() }
    let runs = run.folder.appending(path: "runs")
    if FileManager.default.fileExists(atPath: runs.path) {
      try FileManager.default.removeItem(at: runs)
    }
    return try run.start()
  }

  private func isFinished(_ run: MiniRun) throws -> Bool {
    try run.exists("run.json") && run.status == "finished"
  }

  /// Kills runs at random moments, `kills` times in all; each goes on every time, and ends.
  private func killRuns(kills: Int) async throws {
    let whole = try await UnbrokenRun.shared.value.took
    var left = kills
    while left > 0 {
      let run = try MiniRun()
      var moments: [Duration] = []
      while left > 0, try !isFinished(run) {
        let process = try begin(run)
        let moment = whole * Double.random(in: 0.05..<0.7)
        moments.append(moment)
        try await Task.sleep(for: moment)
        await process.kill()
        left -= 1
      }
      if try !isFinished(run) {
        let last = try begin(run)
        #expect(await last.exitCode == 0, "killed after \(moments): \(last.errorText)")
      }
      try await run.expectUnbroken("killed after \(moments)")
    }
  }

  @Test func `runs that are killed at random moments end like an unbroken one`() async throws {
    try await killRuns(kills: 10)
  }

  @Test(
    .tags(.slow),
    .enabled(
      if: ProcessInfo.processInfo.environment["HONE_SLOW"] != nil, "SKIPPED: HONE_SLOW is not set"))
  func `runs that are killed 200 times end like an unbroken one`() async throws {
    try await killRuns(kills: 200)
  }

  /// Files that are there for a moment alone.
  @Test(arguments: [
    ("checkpoints", ".partial-"), ("", "ledger.sqlite-wal"), ("", "run.json.new"),
    ("..", "registry.sqlite-wal"),
  ])
  func `a run that is killed as it writes a file goes on to the same end`(
    folder: String, name: String
  ) async throws {
    let run = try MiniRun()
    let process = try run.start()
    await process.send(SIGKILL) { run.has(in: folder) { $0.contains(name) } }
    _ = await process.exitCode
    if try !isFinished(run) {
      let last = try begin(run)
      #expect(await last.exitCode == 0, "killed as \(name) was there: \(last.errorText)")
    }
    try await run.expectUnbroken("killed as \(name) was there")
  }

  @Test func `a run that does nothing random is worth comparing`() async throws {
    // The comparison means something only if the runs learnt: steps were taken, weights differ.
    let outcome = try await UnbrokenRun.shared.value.run.outcome()
    let rounds = String(
      decoding: try #require(outcome["stages/03-reinforce.jsonl"]), as: UTF8.self
    ).split(separator: "\n")
    #expect(rounds.count == 5)
    #expect(rounds.contains { $0.contains(#""gradientNorm":"#) }, "some group held a lesson")
    #expect(outcome.keys.contains("checkpoints/final/model.safetensors"))
    #expect(outcome.keys.contains("stages/01-warmUp.jsonl"))
  }

  @Test func `an interrupt finishes the round, and the run goes on to the same end`() async throws {
    let (run, process) = try await MiniRun.stopped(by: SIGINT) { $0.hasCheckpoint }
    #expect(try run.status == "interrupted")
    #expect(process.errorText.contains("hone run --resume runs/mini-1"))
    let resumed = try run.resume()
    #expect(await resumed.exitCode == 0, "\(resumed.errorText)")
    try await run.expectUnbroken("interrupted")
    let again = try run.resume()
    #expect(await again.exitCode == 1)
    #expect(again.errorText.contains("is finished; there is nothing to resume"))
  }

  @Test func `a second process on a run's folder is refused`() async throws {
    let run = try MiniRun()
    // Long enough to be at work yet when the second one has started.
    let first = try run.start("--set", "reinforce.rounds=1000000")
    try await first.wait { run.hasCheckpoint }
    let second = try run.resume()
    #expect(await second.exitCode == 1)
    #expect(second.errorText.contains("runs/mini-1 is in use by process"))
    #expect(first.isRunning)
    #expect(try run.status == "running", "the second changed nothing")
    await first.kill()
  }

  @Test func `a disk that is full leaves the last good checkpoint`() async throws {
    let (run, _) = try await MiniRun.stopped { $0.hasCheckpoint }
    let before = try run.checkpoints
    // The weights take 3 MiB, the moments 6 MiB: the first fit, the second do not.
    let second = try run.resume(blocks: 4000)
    #expect(await second.exitCode == 1, "\(second.errorText)")
    #expect(second.errorText.contains("optimizer.safetensors"), "\(second.errorText)")
    #expect(try run.status == "failed")
    #expect(try run.checkpoints == before)
    for name in ["model.safetensors", "optimizer.safetensors", "state.json"] {
      #expect(try run.exists("checkpoints/\(#require(before.last))/\(name)"))
    }
    let third = try run.resume()
    #expect(await third.exitCode == 0, "\(third.errorText)")
    try await run.expectUnbroken("out of room")
  }
}
