import Foundation
import GRDB
import Runs
import TestSupport
import Testing

@testable import Registry

@Suite struct RunListingTests {
  @Test func `a run that another hone made is found in its folder`() throws {
    let runs = try TemporaryFolder()
    try runs.makeRun("sums")
    let registry = try Registry.open(in: runs.url)
    #expect(try registry.refresh() == [])
    let listing = try #require(try registry.list().first)
    #expect(listing.run.name == "sums-1" && listing.run.pipeline == "sums")
    #expect(listing.state == .finished)
    #expect(listing.run.rounds == 3 && listing.run.plannedRounds == 5)
    #expect(listing.run.reward == 0.8 && listing.run.greedy == 0.25)
    #expect(listing.evaluations.map(\.greedyHigh) == [0.5])
    let id = try #require(listing.run.id)
    #expect(try registry.stages(of: id).map(\.done) == [2, 1, 3])
    #expect(try registry.stages(of: id).map(\.planned) == [2, 1, 5])
    #expect(try registry.checkpoints(of: id).map(\.name) == ["000001", "000002", "final"])
    #expect(try registry.checkpoints(of: id).map(\.stage) == [3, 3, nil])
  }

  @Test(arguments: [
    ("limit: 130, problemsAtOnce: 64", RunStatus.interrupted, 3),
    ("limit: null, problemsAtOnce: 64", .interrupted, 0),
    ("limit: null, problemsAtOnce: 64", .finished, 2),
  ])
  func `a stage of rollouts counts lots of problems`(
    settings: String, status: RunStatus, planned: Int
  ) throws {
    let runs = try TemporaryFolder()
    let folder = try RunFolder.create(
      in: runs.url, name: "sums", settings: "name: sums\nstages: [{ rollout: { \(settings) } }]\n")
    for lot in 1...2 { try folder.append(["round": lot], to: "01-rollout") }
    try folder.update(status: status)
    let registry = try Registry.open(in: runs.url)
    let run = try registry.refresh(folder.url)
    let number = try #require(run.id)
    let stage = try #require(try registry.stages(of: number).first)
    #expect((stage.done, stage.planned) == (2, planned))
  }

  @Test func `a run keeps its number, and is read again where run.json changed`() throws {
    let runs = try TemporaryFolder()
    let folder = try runs.makeRun("sums", status: .running)
    let registry = try Registry.open(in: runs.url)
    let before = try registry.refresh(folder)
    try RunFolder.open(folder).update(status: .failed, reason: "the disk is full")
    _ = try registry.refresh()
    let after = try #require(try registry.run(named: "sums-1"))
    #expect(after.id == before.id)
    #expect(after.status == .failed && after.reason == "the disk is full")
  }

  @Test func `who says it runs and holds no lock was killed`() throws {
    let runs = try TemporaryFolder()
    let folder = try runs.makeRun("sums", status: .running)
    let registry = try Registry.open(in: runs.url)
    _ = try registry.refresh()
    #expect(try registry.list().map(\.state) == [.killed])
    let atWork = try RunFolder.open(folder)
    #expect(try registry.list().map(\.state) == [.running])
    withExtendedLifetime(atWork) {}
  }

  @Test func `a run whose folder is gone goes, unless something needs it`() throws {
    let runs = try TemporaryFolder()
    for name in ["sums", "products"] { try runs.makeRun(name) }
    let registry = try Registry.open(in: runs.url)
    _ = try registry.refresh()
    let needed = try #require(try registry.run(named: "sums-1"))
    try registry.write { database in
      try database.execute(
        sql: "CREATE TABLE champion (run INTEGER REFERENCES run); INSERT INTO champion VALUES (?)",
        arguments: [needed.id])
    }
    #expect(try registry.referringTables(to: needed) == ["champion"])
    for name in ["sums-1", "products-1"] {
      try FileManager.default.removeItem(at: runs.url.appending(path: name))
    }
    _ = try registry.refresh()
    #expect(try registry.list() == [])
    #expect(try registry.read { try RunEntry.fetchAll($0) }.map(\.name) == ["sums-1"])
  }

  @Test func `a new run under an old name is another run`() throws {
    let runs = try TemporaryFolder()
    let registry = try Registry.open(in: runs.url)
    let folder = try runs.makeRun("sums")
    var entry = try registry.refresh(folder)
    entry.created = "2001-01-01T00:00:00Z"
    try registry.write { try entry.update($0) }
    let id = try #require(entry.id)
    try registry.write { database in
      try database.execute(
        sql: "CREATE TABLE champion (run INTEGER REFERENCES run); INSERT INTO champion VALUES (?)",
        arguments: [id])
    }
    #expect(try registry.refresh(folder).id != id)
    #expect(try registry.list().count == 1)
  }

  @Test func `a folder that is damaged is named, and hides no other`() throws {
    let runs = try TemporaryFolder()
    for name in ["sums", "products"] { try runs.makeRun(name) }
    try Data("{".utf8).write(to: runs.url.appending(path: "sums-1/run.json"))
    let registry = try Registry.open(in: runs.url)
    let unlisted = try registry.refresh()
    #expect(unlisted.map(\.name) == ["sums-1"])
    #expect(unlisted.first?.reason.contains("run.json is damaged") == true)
    #expect(try registry.list().map(\.run.name) == ["products-1"])
  }

  @Test func `an unknown run gets the nearest known`() throws {
    let runs = try TemporaryFolder()
    try runs.makeRun("sums")
    let error = #expect(throws: UnknownRun.self) { try RunReference("smus-1", in: runs.url) }
    #expect(try #require(error).description.contains("Did you mean 'sums-1'?"))
    #expect(try RunReference("sums-1", in: runs.url).run.name == "sums-1")
    let path = runs.url.appending(path: "sums-1").path
    #expect(try RunReference(path, in: URL(filePath: "elsewhere")).run.name == "sums-1")
  }
}
