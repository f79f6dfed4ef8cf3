import Foundation
import Registry
import Testing

@testable import Pipelines

/// What was whole is never lost, and what is damaged is named.
@Suite(.serialized) struct DamageTests {
  /// A run that was interrupted in the middle of its rounds, with two checkpoints.
  private static let stopped = Task {
    try await MiniRun.stopped(by: SIGINT) { run in
      run.has(in: "checkpoints") { (Int($0) ?? 0) >= 6 }
    }.run
  }

  /// A copy of the stopped run in a folder of its own.
  private func stoppedRun() async throws -> MiniRun {
    let stopped = try await Self.stopped.value
    let run = try MiniRun()
    try FileManager.default.createDirectory(
      at: run.run.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: stopped.run, to: run.run)
    return run
  }

  /// Inverts one bit of a byte of a file, or of one in the middle.
  private func flip(_ file: URL, at offset: Int? = nil) throws {
    var bytes = try Data(contentsOf: file)
    bytes[offset ?? bytes.count / 2] ^= 1
    try bytes.write(to: file)
  }

  @Test func `a flipped byte in any file of a checkpoint is found and named`() async throws {
    let run = try await stoppedRun()
    let newest = try #require(try run.checkpoints.last)
    let names = try FileManager.default.contentsOfDirectory(
      atPath: run.file("checkpoints/\(newest)").path)
    #expect(names.count >= 9 && names.contains("optimizer.safetensors"), "\(names)")
    let store = CheckpointStore(run.file("checkpoints"))
    for name in names {
      for place in [0.0, 0.5, 0.999] {
        let file = run.file("checkpoints/\(newest)/\(name)")
        let whole = try Data(contentsOf: file)
        try flip(file, at: Int(Double(whole.count) * place))
        var damaged: [String] = []
        let found = try store.newest { damaged.append($0.description) }
        #expect(damaged.count == 1 && damaged.first?.contains(": \(name) is not") == true)
        #expect(found?.folder.lastPathComponent != newest)
        try FileManager.default.moveItem(
          at: run.file("checkpoints/\(newest).damaged"), to: run.file("checkpoints/\(newest)"))
        try whole.write(to: file)
      }
      #expect(try store.newest()?.folder.lastPathComponent == newest, "all is whole again")
    }
  }

  @Test(arguments: ["model.safetensors", "SHA256SUMS", "tokenizer.json"])
  func `a file of a checkpoint that is gone is named`(name: String) async throws {
    let run = try await stoppedRun()
    let newest = try #require(try run.checkpoints.last)
    try FileManager.default.removeItem(at: run.file("checkpoints/\(newest)/\(name)"))
    var damaged: [String] = []
    _ = try CheckpointStore(run.file("checkpoints")).newest { damaged.append($0.description) }
    #expect(damaged.count == 1 && damaged.first?.contains(": \(name) is not") == true)
  }

  @Test func `a run whose newest checkpoint is damaged goes on from the one before`() async throws {
    let run = try await stoppedRun()
    let newest = try #require(try run.checkpoints.last)
    try flip(run.file("checkpoints/\(newest)/optimizer.safetensors"))
    let resumed = try run.resume()
    #expect(await resumed.exitCode == 0, "\(resumed.errorText)")
    #expect(resumed.errorText.contains("optimizer.safetensors is not what was written"))
    #expect(run.exists("checkpoints/\(newest).damaged"), "it is set aside and not thrown away")
    try await run.expectUnbroken("its newest checkpoint was damaged")
  }

  @Test func `a run without a whole checkpoint begins again and ends the same`() async throws {
    let run = try await stoppedRun()
    for name in try run.checkpoints {
      try flip(run.file("checkpoints/\(name)/model.safetensors"))
    }
    let resumed = try run.resume()
    #expect(await resumed.exitCode == 0, "\(resumed.errorText)")
    try await run.expectUnbroken("all its checkpoints were damaged")
  }

  @Test func `a run whose ledger is gone says so and goes no further`() async throws {
    let run = try await stoppedRun()
    try FileManager.default.removeItem(at: run.file(Ledger.fileName))
    let before = try run.checkpoints
    let resumed = try run.resume()
    #expect(await resumed.exitCode == 1)
    #expect(resumed.errorText.contains("ledger.sqlite is gone"), "\(resumed.errorText)")
    #expect(try run.checkpoints == before)
    #expect(!run.exists(Ledger.fileName), "no empty one takes its place")
  }

  @Test(arguments: [Ledger.fileName, "../\(Registry.fileName)"])
  func `a damaged page of ledger or registry is named, and nothing is changed`(
    name: String
  ) async throws {
    let run = try await stoppedRun()
    _ = try Registry.open(in: run.run.deletingLastPathComponent()).refresh()
    var bytes = try Data(contentsOf: run.file(name))
    bytes.replaceSubrange(4096..<8192, with: Data(repeating: 0xA5, count: 4096))
    try bytes.write(to: run.file(name))
    let before = try run.checkpoints
    let resumed = try run.resume()
    #expect(await resumed.exitCode == 1)
    let file = name.split(separator: "/").last ?? ""
    #expect(resumed.errorText.contains("\(file) is damaged"), "\(resumed.errorText)")
    #expect(try run.checkpoints == before)
  }
}
