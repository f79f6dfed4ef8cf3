import Foundation
import TestSupport
import Testing

/// What the real program leaves where it is stopped, killed or out of room, and that it goes on from
/// there to the same bytes.
@Suite(.serialized) struct CrashTests {
  /// One run that nothing disturbed, for all tests.
  ///
  /// How long it took is how far random moments reach.
  private static let unbroken = Task {
    let start = ContinuousClock.now
    let run = try await MiniRun.unbroken()
    return (run: run, took: ContinuousClock.now - start)
  }

  private func expectUnbroken(
    _ run: MiniRun, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let expected = try await Self.unbroken.value.run.outcome()
    let found = try run.outcome()
    #expect(
      found.keys.sorted() == expected.keys.sorted(), "\(what)", sourceLocation: sourceLocation)
    for (name, bytes) in expected.sorted(by: { $0.key < $1.key }) {
      #expect(found[name] == bytes, "\(name), \(what)", sourceLocation: sourceLocation)
    }
    #expect(try run.status == "finished", sourceLocation: sourceLocation)
  }

  /// Kills a run at random moments, goes on each time, and lets it end.
  private func killedRun(times: Int) async throws {
    let whole = try await Self.unbroken.value.took
    let run = try MiniRun()
    var moments: [Duration] = []
    for _ in 0..<times {
      // Before `run.json` there is nothing to go on with: then the run begins again.
      if !run.exists("run.json") {
        try? FileManager.default.removeItem(at: run.folder.appending(path: "runs"))
      }
      let process = try run.exists("run.json") ? run.resume() : run.start()
      let moment = whole * Double.random(in: 0.05..<0.7)
      moments.append(moment)
      try await Task.sleep(for: moment)
      await process.kill()
      if run.exists("run.json"), try run.status == "finished" { break }
    }
    if try !run.exists("run.json") || run.status != "finished" {
      if !run.exists("run.json") {
        try? FileManager.default.removeItem(at: run.folder.appending(path: "runs"))
      }
      let last = try run.exists("run.json") ? run.resume() : run.start()
      #expect(await last.exitCode == 0, "killed after \(moments): \(last.errorText)")
    }
    try await expectUnbroken(run, "killed after \(moments)")
  }

  @Test func `a run that is killed at random moments ends like an unbroken one`() async throws {
    try await killedRun(times: 3)
  }

  @Test(
    .tags(.slow),
    .enabled(
      if: ProcessInfo.processInfo.environment["HONE_SLOW"] != nil, "SKIPPED: HONE_SLOW is not set"))
  func `many runs that are killed at random moments end like an unbroken one`() async throws {
    for _ in 0..<10 { try await killedRun(times: 5) }
  }

  @Test func `a run that does nothing random is worth comparing`() async throws {
    // The comparison means something only if the runs learnt: steps were taken, weights differ.
    let outcome = try await Self.unbroken.value.run.outcome()
    let rounds = String(
      decoding: try #require(outcome["stages/03-reinforce.jsonl"]), as: UTF8.self
    ).split(separator: "\n")
    #expect(rounds.count == 5)
    #expect(rounds.contains { $0.contains(#""gradientNorm":"#) }, "some group held a lesson")
    #expect(outcome.keys.contains("checkpoints/final/model.safetensors"))
    #expect(outcome.keys.contains("stages/01-warmUp.jsonl"))
  }

  @Test func `an interrupt finishes the round, and the run goes on to the same end`() async throws {
    let run = try MiniRun()
    let process = try run.start()
    await process.send(SIGINT, onceCheckpointIn: run.file("checkpoints"))
    #expect(await process.exitCode == 130, "\(process.errorText)")
    #expect(try run.status == "interrupted")
    #expect(process.errorText.contains("hone run --resume runs/mini-1"))
    let resumed = try run.resume()
    #expect(await resumed.exitCode == 0, "\(resumed.errorText)")
    try await expectUnbroken(run, "interrupted")
    let again = try run.resume()
    #expect(await again.exitCode == 1)
    #expect(again.errorText.contains("is finished; there is nothing to resume"))
  }

  @Test func `a second process on a run's folder is refused`() async throws {
    let run = try MiniRun()
    // Long enough to be at work yet when the second one has started.
    let first = try run.start("--set", "reinforce.rounds=5000")
    try await first.wait { try run.hasCheckpoint }
    let second = try run.resume()
    #expect(await second.exitCode == 1)
    #expect(second.errorText.contains("runs/mini-1 is in use by process"))
    #expect(first.isRunning)
    #expect(try run.status == "running", "the second changed nothing")
    await first.kill()
  }

  @Test func `a disk that is full leaves the last good checkpoint`() async throws {
    let run = try MiniRun()
    let first = try run.start()
    await first.send(SIGKILL, onceCheckpointIn: run.file("checkpoints"))
    _ = await first.exitCode
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
    try await expectUnbroken(run, "out of room")
  }
}
