import Foundation
import GRDB
import Runs
import TestSupport
import Testing

@testable import Registry

@Suite struct DeletionPlanTests {
  private func registry(of runs: TemporaryFolder) throws -> Registry {
    let registry = try Registry.open(in: runs.url)
    _ = try registry.refresh()
    return registry
  }

  private func rule(
    last: Int? = nil, every: Int? = nil, best: RetentionRule.Metric? = nil
  ) -> RetentionRule {
    var rule = RetentionRule()
    (rule.keepLast, rule.keepEvery, rule.keepBest) = (last, every, best)
    return rule
  }

  @Test func `each part of a rule keeps what it names`() {
    let items = (1...10).map { RetentionRule.Item(number: $0, reward: $0 == 4 ? 1 : 0) }
    #expect(rule(last: 2).kept(of: items) == [9, 10])
    #expect(rule(every: 4).kept(of: items) == [4, 8])
    #expect(rule(best: .reward).kept(of: items) == [4])
    #expect(rule(best: .greedy).kept(of: items) == [], "no item has that figure")
    #expect(rule(last: 1, every: 5, best: .reward).kept(of: items) == [4, 5, 10])
    #expect(rule(last: 0).kept(of: items) == [])
    #expect(rule(last: 99).kept(of: items).count == 10)
    #expect(RetentionRule().isEmpty)
  }

  @Test func `of equal values the newest is best`() {
    let items = (1...3).map { RetentionRule.Item(number: $0, reward: 0.5) }
    #expect(rule(best: .reward).kept(of: items) == [3])
  }

  @Test func `runs are thinned out by pipeline`() throws {
    let runs = try TemporaryFolder()
    for reward in [0.9, 0.1, 0.2] { try runs.makeRun("sums", reward: reward) }
    try runs.makeRun("products")
    let registry = try registry(of: runs)
    let plan = try DeletionPlan(.runs, keeping: rule(last: 1, best: .reward), in: registry)
    #expect(plan.deletions.map(\.run) == ["sums-2"])
    #expect(plan.bytes > 300, "its checkpoints and its ledger")
    for deletion in plan.deletions { try plan.delete(deletion) }
    #expect(
      try Set(registry.list().map(\.run.name)) == ["sums-1", "sums-3", "products-1"])
    #expect(!FileManager.default.fileExists(atPath: runs.url.appending(path: "sums-2").path))
  }

  @Test func `a rule that is applied again deletes nothing more`() throws {
    let runs = try TemporaryFolder()
    for _ in 1...5 { try runs.makeRun("sums") }
    let registry = try registry(of: runs)
    let first = try DeletionPlan(.runs, keeping: rule(every: 2), in: registry)
    #expect(first.deletions.map(\.run) == ["sums-1", "sums-3", "sums-5"])
    for deletion in first.deletions { try first.delete(deletion) }
    #expect(try DeletionPlan(.runs, keeping: rule(every: 2), in: registry).deletions.isEmpty)
  }

  @Test func `a clock that is set back makes no run older`() throws {
    let runs = try TemporaryFolder()
    try runs.makeRun("sums")
    let later = try runs.makeRun("sums")
    let file = later.appending(path: "run.json")
    var text = try String(contentsOf: file, encoding: .utf8)
    text.replace(/"created" : "[^"]*"/, with: #""created" : "2001-01-01T00:00:00Z""#)
    try Data(text.utf8).write(to: file, options: .atomic)
    let plan = try DeletionPlan(.runs, keeping: rule(last: 1), in: try registry(of: runs))
    #expect(plan.deletions.map(\.run) == ["sums-1"])
  }

  @Test func `a folder that was renamed is not deleted by number`() throws {
    let runs = try TemporaryFolder()
    let folder = try runs.makeRun("sums")
    try FileManager.default.moveItem(at: folder, to: runs.url.appending(path: "sums-kept"))
    let plan = try DeletionPlan(.runs, keeping: rule(last: 0), in: try registry(of: runs))
    #expect(plan.deletions.isEmpty)
    #expect(plan.spared.map(\.reason) == ["its name has no number"])
  }

  @Test func `what is at work or needed is spared`() throws {
    let runs = try TemporaryFolder()
    for _ in 1...3 { try runs.makeRun("sums") }
    let registry = try registry(of: runs)
    let needed = try #require(try registry.run(named: "sums-2"))
    try registry.write { database in
      try database.execute(
        sql: "CREATE TABLE champion (run INTEGER REFERENCES run); INSERT INTO champion VALUES (?)",
        arguments: [needed.id])
    }
    let atWork = try RunFolder.open(runs.url.appending(path: "sums-1"))
    try atWork.update(status: .running)
    _ = try registry.refresh()
    let plan = try DeletionPlan(.runs, keeping: rule(last: 0), in: registry)
    #expect(plan.deletions.map(\.run) == ["sums-3"])
    #expect(
      Dictionary(uniqueKeysWithValues: plan.spared.map { ($0.run, $0.reason) }) == [
        "sums-1": "a process is at work on it", "sums-2": "'champion' refers to it",
      ])
  }

  @Test func `a run that a job goes on with is spared until the job is done`() throws {
    let runs = try TemporaryFolder()
    for _ in 1...2 { try runs.makeRun("sums", status: .interrupted) }
    let registry = try registry(of: runs)
    try registry.write { database in
      var job = JobEntry(
        id: 7, schedule: nil, instant: 0, phase: "waiting", isDone: false, body: "{}")
      job.run = "sums-1"
      try job.insert(database)
    }
    let plan = try DeletionPlan(.runs, keeping: rule(last: 0), in: registry)
    #expect(plan.deletions.map(\.run) == ["sums-2"])
    #expect(plan.spared.map(\.reason) == ["job 7 goes on with it"])
    try registry.write { try $0.execute(sql: "UPDATE job SET isDone = 1") }
    let later = try DeletionPlan(.runs, keeping: rule(last: 0), in: registry)
    #expect(later.deletions.map(\.run) == ["sums-1", "sums-2"])
  }

  @Test func `a run that is begun after the plan was made is not deleted`() throws {
    let runs = try TemporaryFolder()
    let folder = try runs.makeRun("sums")
    let plan = try DeletionPlan(.runs, keeping: rule(last: 0), in: try registry(of: runs))
    let atWork = try RunFolder.open(folder)
    #expect(throws: RunError.self) { try plan.delete(try #require(plan.deletions.first)) }
    #expect(FileManager.default.fileExists(atPath: folder.path))
    withExtendedLifetime(atWork) {}
  }

  @Test func `checkpoints go, but for what ships and what a stopped run needs`() throws {
    let runs = try TemporaryFolder()
    try runs.makeRun("done")
    try runs.makeRun("stopped", status: .interrupted)
    let registry = try registry(of: runs)
    let plan = try DeletionPlan(.checkpoints, keeping: rule(last: 0), in: registry)
    #expect(
      plan.deletions.map { "\($0.run) \($0.what)" }.sorted() == [
        "done-1 checkpoint 000001", "done-1 checkpoint 000002", "stopped-1 checkpoint 000001",
      ])
    for deletion in plan.deletions { try plan.delete(deletion) }
    let left = try FileManager.default.contentsOfDirectory(
      atPath: runs.url.appending(path: "stopped-1/checkpoints").path)
    #expect(Set(left) == ["000002", "final"])
  }

  @Test func `rollouts of rounds go and their pages with them; rounds stay`() throws {
    let runs = try TemporaryFolder()
    let folder = try runs.makeRun("sums")
    do {
      let writer = LedgerWriter(try Ledger.open(in: folder))
      for round in 4...500 { try writer.append(LedgerRound.example(round)) }
      try writer.drain()
    }
    let registry = try registry(of: runs)
    let plan = try DeletionPlan(.rollouts, keeping: rule(last: 10), in: registry)
    #expect(plan.deletions.map(\.what) == ["1,960 rollouts of 490 rounds"])
    func bytes() throws -> Int { try FolderSize.bytes(of: folder) }
    let before = try bytes()
    for deletion in plan.deletions { try plan.delete(deletion) }
    #expect(try bytes() < before / 2)
    let ledger = try Ledger.reading(folder)
    #expect(try ledger.rounds(ofStage: 3).count == 500)
    #expect(try ledger.rolloutCount(RolloutQuery()) == 40)
    #expect(try Ledger.open(in: folder).entryCount() == 500)
  }

  @Test func `an age spares what is younger`() throws {
    let runs = try TemporaryFolder()
    try runs.makeRun("sums")
    let plan = try DeletionPlan(
      .runs, keeping: rule(last: 0), in: try registry(of: runs),
      olderThan: Date(timeIntervalSinceNow: -3600))
    #expect(plan.deletions.isEmpty && plan.spared.isEmpty)
  }
}
