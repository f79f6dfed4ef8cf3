import Foundation
import Runs
import TestSupport
import Testing

@testable import Registry

@Suite struct RunRecorderTests {
  private static let settings = """
    name: sums
    stages:
      - warmUp: { steps: 1 }
      - evaluate: { name: look2 }
      - reinforce: { rounds: 5 }

    """

  @Test func `the registry says how far a run has come while it is at work`() throws {
    let runs = try TemporaryFolder()
    let folder = try RunFolder.create(in: runs.url, name: "sums", settings: Self.settings)
    let recorder = try RunRecorder(folder.url, from: nil)
    try recorder.record(LedgerRecord(stage: 1, number: 1, record: ["loss": 2.0]))
    try recorder.record(LedgerEvaluation.example(2))
    for round in 1...3 { try recorder.record(LedgerRound.example(round)) }
    #expect(try recorder.drain() == 5)
    // Another opener sees it, though `run.json` has not been written again.
    let registry = try Registry.open(in: runs.url)
    #expect(try registry.refresh() == [])
    let listing = try #require(try registry.list().first)
    #expect(listing.state == .running)
    #expect(listing.run.rounds == 3 && listing.run.plannedRounds == 5)
    #expect(listing.run.reward == 0.5 && listing.run.greedy == 1)
    #expect(listing.evaluations.map(\.greedyLow) == [0.25])
    #expect(try registry.stages(of: recorder.run).map(\.done) == [1, 1, 3])
  }

  @Test func `samples that nobody learns from are no round of the run`() throws {
    let runs = try TemporaryFolder()
    let folder = try RunFolder.create(
      in: runs.url, name: "sums", settings: "name: sums\nstages: [{ rollout: {} }]\n")
    let recorder = try RunRecorder(folder.url, from: nil)
    try recorder.record(LedgerRound.example(1, stage: 1))
    _ = try recorder.drain()
    let run = try #require(try recorder.registry.run(named: "sums-1"))
    #expect(run.reward == nil && run.rounds == 0)
    #expect(try recorder.registry.stages(of: recorder.run).map(\.done) == [1])
  }

  @Test func `a run that goes on has the number that it had`() throws {
    let runs = try TemporaryFolder()
    let folder = try RunFolder.create(in: runs.url, name: "sums", settings: Self.settings)
    let number: Int64
    do {
      let recorder = try RunRecorder(folder.url, from: nil)
      try recorder.record(LedgerRecord(stage: 1, number: 1, record: ["loss": 2.0]))
      _ = try recorder.drain()
      number = recorder.run
    }
    let again = try RunRecorder(folder.url, from: .init(stage: 2, done: 0, entries: 1))
    #expect(again.run == number)
    #expect(try again.drain() == 1)
  }

  @Test func `a run of a hone without ledgers goes on with one`() throws {
    let runs = try TemporaryFolder()
    let folder = try RunFolder.create(in: runs.url, name: "sums", settings: Self.settings)
    let recorder = try RunRecorder(folder.url, from: .init(stage: 3, done: 2, entries: nil))
    try recorder.record(LedgerRound.example(3))
    #expect(try recorder.drain() == 1)
  }

  @Test func `a folder of runs whose registry is damaged gets no new run`() throws {
    let runs = try TemporaryFolder()
    let folder = try RunFolder.create(in: runs.url, name: "sums", settings: Self.settings)
    try Data(repeating: 7, count: 8192).write(to: runs.url.appending(path: Registry.fileName))
    #expect(throws: RegistryError.self) { try RunRecorder(folder.url, from: nil) }
  }
}
