import Foundation
import GRDB
import Synchronization
import TestSupport
import Testing
import VerifierKit

@testable import Registry

@Suite struct LedgerTests {
  private func rows(_ table: String, in run: URL) throws -> Int {
    try Ledger.reading(run).read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? 0 }
  }

  @Test func `a round is kept with its problems and rollouts`() throws {
    let folder = try TemporaryFolder()
    let writer = LedgerWriter(try Ledger.create(in: folder.url))
    try writer.append(LedgerRound.example(1))
    try writer.append(LedgerRound.example(2))
    try writer.drain()
    #expect(try rows("round", in: folder.url) == 2)
    #expect(try rows("rollout", in: folder.url) == 8)
    #expect(try rows("problem", in: folder.url) == 2, "a problem that is asked again stands once")
    let stored = try Ledger.reading(folder.url).read { database in
      try Row.fetchOne(database, sql: "SELECT * FROM rollout WHERE round = 2 ORDER BY id")
    }
    let row = try #require(stored)
    #expect(row["tokens"] == Data([1, 0, 0, 0, 44, 1, 0, 0]))  // 1 and 300
    #expect(row["logProbs"] == Data([0, 0, 0, 0xBF, 0, 0, 0x80, 0xBF]))  // -0.5 and -1
    #expect(row["completion"] == "7")
    #expect(row["outcome"] == LedgerRollout.Outcome.right.rawValue)
    #expect(row["advantage"] == 0.5)
  }

  @Test func `a round that cannot be kept whole is not kept at all`() throws {
    struct Stop: Error {}
    struct Unwritable: Encodable {
      func encode(to encoder: any Encoder) throws { throw Stop() }
    }
    let folder = try TemporaryFolder()
    let writer = LedgerWriter(try Ledger.create(in: folder.url))
    try writer.append(LedgerRound.example(1))
    try writer.drain()
    // Its last rollout is what fails, when the rest has been added.
    try writer.append(LedgerRound.example(2, lastVerdicts: Unwritable()))
    #expect(throws: Stop.self) { try writer.drain() }
    #expect(throws: Stop.self) { try writer.append(LedgerRound.example(3)) }
    writer.settle()
    #expect(try rows("round", in: folder.url) == 1)
    #expect(try rows("rollout", in: folder.url) == 4)
  }

  @Test func `a trainer that is faster than the disk waits`() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger.create(in: folder.url)
    let waiting = Mutex((now: 0, most: 0))
    let writer = LedgerWriter(ledger, capacity: 2) { items in
      waiting.withLock { $0.now -= items.count }
    }
    for round in 1...20 {
      waiting.withLock { waiting in
        waiting.now += 1
        waiting.most = max(waiting.most, waiting.now)
      }
      try writer.append(LedgerRound.example(round))
    }
    try writer.drain()
    // Two wait, and one more is about to.
    #expect(waiting.withLock { $0.most } <= 3)
    #expect(try ledger.entryCount() == 20)
  }

  @Test func `what came after a checkpoint is cut, and what follows has the same numbers`() throws {
    func dump(_ folder: URL) throws -> [String] {
      try Ledger.reading(folder).read { database in
        try ["record", "round", "problem", "rollout", "evaluation", "problemResult"].flatMap {
          try Row.fetchAll(database, sql: "SELECT * FROM \($0)").map(\.description)
        }
      }
    }
    let (unbroken, broken) = (try TemporaryFolder(), try TemporaryFolder())
    let items: [any LedgerItem] =
      [LedgerRecord(stage: 1, number: 1, record: ["loss": 2.0]), LedgerEvaluation.example(2)]
      + (1...4).map { LedgerRound.example($0) } + [LedgerEvaluation.example(4)]
    let first = LedgerWriter(try Ledger.create(in: unbroken.url))
    for item in items { try first.append(item) }
    try first.drain()
    for kept in 0..<items.count {
      let ledger = try Ledger.create(in: broken.url)
      try ledger.cut(toStage: 1, done: 0, entries: 0)
      let second = LedgerWriter(ledger)
      for item in items { try second.append(item) }
      try second.drain()
      let (stage, done) = [(1, 0), (2, 0), (3, 0), (3, 1), (3, 2), (3, 3), (4, 0)][kept]
      try ledger.cut(toStage: stage, done: done, entries: kept)
      for item in items.dropFirst(kept) { try second.append(item) }
      try second.drain()
      #expect(try dump(broken.url) == dump(unbroken.url), "\(kept) entries were kept")
    }
  }

  @Test func `a ledger that holds less than a checkpoint counts on is refused`() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger.create(in: folder.url)
    let writer = LedgerWriter(ledger)
    try writer.append(LedgerRound.example(1))
    try writer.drain()
    let error = #expect(throws: RegistryError.self) {
      try ledger.cut(toStage: 3, done: 5, entries: 5)
    }
    #expect(try #require(error).description.contains("has 1 entries, but the checkpoint was"))
    #expect(try rows("round", in: folder.url) == 1, "what is there stays")
  }

  @Test func `a ledger that is gone is not made anew`() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: RegistryError.self) { try Ledger.open(in: folder.url) }
    #expect(try #require(error).description.contains("ledger.sqlite is gone"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == [])
  }

  @Test(arguments: 1...6)
  func `a page that is overwritten is found before anything is added`(page: Int) throws {
    let folder = try TemporaryFolder()
    do {
      let writer = LedgerWriter(try Ledger.create(in: folder.url))
      for round in 1...40 { try writer.append(LedgerRound.example(round)) }
      try writer.drain()
    }
    let file = folder.url.appending(path: Ledger.fileName)
    let handle = try FileHandle(forUpdating: file)
    let pageBytes = 4096
    let pages = Int(try handle.seekToEnd()) / pageBytes
    try #require(pages > 6)
    try handle.seek(toOffset: UInt64(page * pageBytes))
    try handle.write(contentsOf: Data(repeating: 0xA5, count: pageBytes))
    try handle.close()
    let error = #expect(throws: RegistryError.self) { try Ledger.open(in: folder.url) }
    let text = try #require(error).description
    #expect(text.contains("ledger.sqlite is damaged"), "\(text)")
    #expect(text.contains("policy of this run's checkpoints"), "\(text)")
  }
}
