import Foundation
import GRDB
import Runs
import TestSupport
import Testing

@testable import Registry

@Suite struct RegistryTests {
  @Test func `a registry is made where there is none, and read back`() throws {
    let folder = try TemporaryFolder()
    let runs = folder.url.appending(path: "deep/runs")
    var run = RunEntry.example("sums-1")
    try Registry.open(in: runs).write { try run.insert($0) }
    let found = try Registry.open(in: runs).read { try RunEntry.fetchAll($0) }
    #expect(found == [run])
    #expect(run.id == 1)
  }

  @Test func `to ask for what is there makes nothing`() throws {
    let folder = try TemporaryFolder()
    let runs = folder.url.appending(path: "runs")
    #expect(try Registry.existing(in: runs).read { try RunEntry.fetchCount($0) } == 0)
    #expect(!FileManager.default.fileExists(atPath: runs.path))
    var run = RunEntry.example("sums-1")
    try Registry.open(in: runs).write { try run.insert($0) }
    #expect(try Registry.existing(in: runs).read { try RunEntry.fetchAll($0) } == [run])
  }

  @Test func `a write that fails leaves nothing`() throws {
    struct Stop: Error {}
    let folder = try TemporaryFolder()
    let registry = try Registry.open(in: folder.url)
    #expect(throws: Stop.self) {
      try registry.write { database in
        var run = RunEntry.example("sums-1")
        try run.insert(database)
        throw Stop()
      }
    }
    #expect(try registry.read { try RunEntry.fetchCount($0) } == 0)
  }

  @Test func `rows of a run go with it`() throws {
    let folder = try TemporaryFolder()
    let registry = try Registry.open(in: folder.url)
    try registry.write { database in
      var run = RunEntry.example("sums-1")
      try run.insert(database)
      try CheckpointEntry(
        run: try #require(run.id), name: "000001", stage: 1, done: 3, bytes: 10, digest: nil
      ).insert(database)
      _ = try run.delete(database)
    }
    #expect(try registry.read { try CheckpointEntry.fetchCount($0) } == 0)
  }

  @Test func `a registry of a newer hone is refused by its steps`() throws {
    let folder = try TemporaryFolder()
    try Registry.open(in: folder.url).write { database in
      try database.execute(
        sql: "INSERT INTO grdb_migrations (identifier) VALUES ('telepathy')")
    }
    let error = #expect(throws: RegistryError.self) { try Registry.open(in: folder.url) }
    #expect(try #require(error).description.contains("a newer hone (it has telepathy)"))
  }

  @Test func `a file that is no database is named`() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: Registry.fileName)
    try Data(repeating: 7, count: 8192).write(to: file)
    let error = #expect(throws: RegistryError.self) { try Registry.open(in: folder.url) }
    let text = try #require(error).description
    #expect(text.contains("registry.sqlite is damaged (file is not a database)"), "\(text)")
    #expect(text.contains("runs are found again in their folders"))
  }

  @Test func `steps have names of their own`() {
    let names = RegistryMigration.all.map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test func `a transaction that is done is on the disk`() throws {
    let folder = try TemporaryFolder()
    let registry = try Registry.open(in: folder.url)
    let full = 2
    #expect(try registry.write { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == full)
    #expect(try registry.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
  }

  @Test func `many may open one folder at once`() async throws {
    let folder = try TemporaryFolder()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 1...8 {
        group.addTask {
          var run = RunEntry.example("sums-\(number)")
          try Registry.open(in: folder.url).write { try run.insert($0) }
        }
      }
      try await group.waitForAll()
    }
    #expect(try Registry.open(in: folder.url).read { try RunEntry.fetchCount($0) } == 8)
  }
}
