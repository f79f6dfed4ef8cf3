import Foundation
import GRDB
import Testing

@testable import Registry
@testable import Scheduling

@Suite struct JobRetentionTests {
  private let begin = Date(timeIntervalSince1970: 1_700_000_000)

  /// Adds done jobs, one a second, of the schedules in turn; nil is the queue.
  private func fill(_ hone: StubHone, _ count: Int, of schedules: [String?]) throws {
    try hone.registry.write { database in
      for id in 1...count {
        let schedule = schedules[(id - 1) % schedules.count]
        var job = Job(
          id: id, schedule: schedule, instant: begin + Double(id), request: hone.request())
        job.phase = .ended(.succeeded)
        var entry = try ScheduleStore.entry(job)
        entry.ended = (begin + Double(id)).timeIntervalSince1970
        try entry.insert(database)
      }
    }
  }

  private func numbers(_ hone: StubHone) throws -> [Int] {
    try hone.store.jobs(done: 100_000).map(\.job.id).sorted()
  }

  @Test func `the newest of each schedule and of the queue stay`() throws {
    let hone = try StubHone("")
    try fill(hone, 12, of: ["a", "b", nil])
    let waiting = try hone.store.enqueue(hone.request(), now: begin)
    let rule = JobRetention(keepLast: 2)
    #expect(try hone.store.jobs(beyond: rule) == [1, 2, 3, 4, 5, 6])
    #expect(try numbers(hone).count == 13, "looking deletes nothing")
    #expect(try hone.store.delete(beyond: rule) == [1, 2, 3, 4, 5, 6])
    #expect(try numbers(hone) == [7, 8, 9, 10, 11, 12, waiting.id])
    #expect(try hone.store.delete(beyond: rule) == [])
  }

  @Test func `only what ended long ago goes, where that is asked for`() throws {
    let hone = try StubHone("")
    try fill(hone, 10, of: ["a"])
    let rule = JobRetention(keepLast: 1, endedBefore: begin + 4)
    #expect(try hone.store.delete(beyond: rule) == [1, 2, 3])
  }

  @Test func `no number is given twice`() throws {
    let hone = try StubHone("")
    try fill(hone, 5, of: [nil])
    #expect(try hone.store.delete(beyond: JobRetention(keepLast: 1)) == [1, 2, 3, 4])
    #expect(try hone.store.enqueue(hone.request(), now: begin).id == 6)
  }

  @Test func `the daemon keeps a bounded number of each by itself`() throws {
    let hone = try StubHone("")
    try fill(hone, 2 * JobRetention.kept + 40, of: ["a", nil])
    let job = try hone.store.enqueue(hone.request(), now: begin)
    _ = try hone.store.update(maxJobs: 1, isShuttingDown: false, now: begin) { scheduler, _ in
      scheduler.cancel(job.id)
    }
    let left = try hone.store.jobs(done: 100_000)
    // The queue's were cut as one of its jobs ended; those of the schedule wait for one of its own.
    #expect(left.count { $0.job.schedule == nil } == JobRetention.kept)
    #expect(left.count { $0.job.schedule == "a" } == JobRetention.kept + 20)
    #expect(left.first?.job.id == job.id)
  }
}
