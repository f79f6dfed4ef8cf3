import Foundation
import GRDB
import Registry
import Testing

@testable import Scheduling

@Suite struct ScheduleStoreTests {
  private let begin = Date(timeIntervalSince1970: 1_700_000_000)

  /// A look of a daemon that starts nothing.
  private func look(_ hone: StubHone, at now: Date) throws -> [SchedulerAction] {
    try hone.store.update(maxJobs: 1, isShuttingDown: false, now: now) { scheduler, unwanted in
      unwanted.flatMap { scheduler.cancel($0) } + scheduler.step(at: now)
    }.actions
  }

  @Test func `a schedule is kept as it was added, and its name is its own`() throws {
    let hone = try StubHone("")
    var schedule = try Schedule.example("nightly", "30 2 * * MON")
    schedule.job.quiet = try QuietHours(parsing: "08:00-18:00")
    schedule.job.budget.memory = ByteSize("8GiB")
    schedule.job.hook = ["a", "b c"]
    try hone.store.add(schedule, now: begin)
    #expect(try hone.store.schedules() == [ScheduleProgress(schedule, after: begin)])
    #expect(throws: ScheduleError.exists(name: "nightly")) {
      try hone.store.add(schedule, now: begin)
    }
    #expect(throws: ScheduleError.unknown(name: "nightl", nearest: "nightly")) {
      try hone.store.schedule("nightl")
    }
  }

  @Test func `a schedule goes on with the instants after its pause`() throws {
    let hone = try StubHone("")
    try hone.store.add(.example("s", "0 * * * *", zone: "UTC"), now: begin)
    try hone.store.setPaused(true, "s", now: begin)
    #expect(try look(hone, at: begin + 86_400) == [])
    try hone.store.setPaused(false, "s", now: begin + 86_400)
    let next = try hone.store.schedule("s").next
    #expect(next > begin + 86_400 && next <= begin + 90_000)
    #expect(try look(hone, at: begin + 86_400) == [.wake(at: next)])
  }

  @Test func `what a look decides is written down, jobs and skips alike`() throws {
    let hone = try StubHone("")
    try hone.store.add(.example("s", "0 * * * *", zone: "UTC"), now: begin)
    // From 22:13:20 to 01:00:00: two instants are missed, and the third is on time.
    let later = begin + 10_000
    #expect(try look(hone, at: later).contains(.start(job: 1)))
    let skipped = try hone.store.skipped("s", limit: 5)
    #expect(skipped.map(\.count) == [2])
    let last = try hone.store.lastJob(of: "s")
    let record = try #require(last)
    #expect(record.job.phase == .running && record.started == later)
    // A second look at the same moment has nothing to do.
    #expect(try look(hone, at: later).allSatisfy { if case .wake = $0 { true } else { false } })
    #expect(try hone.store.jobs(done: 9).count == 1)
  }

  @Test func `only so many skips are kept, the newest`() throws {
    let hone = try StubHone("")
    var schedule = try Schedule.example("s", "* * * * *", zone: "UTC")
    schedule.misfire = .skip
    schedule.grace = TimeSpan(seconds: 0)
    try hone.store.add(schedule, now: begin)
    for minute in 1...130 { _ = try look(hone, at: begin + Double(minute) * 60 + 45) }
    let kept = try hone.store.skipped("s", limit: 1000)
    #expect(kept.count == 100)
    #expect(try #require(kept.first).last > begin + 129 * 60)
  }

  @Test func `a schedule that is removed takes its waiting jobs along`() throws {
    let hone = try StubHone("")
    var schedule = try Schedule.example("s", "* * * * *", zone: "UTC")
    schedule.overlap = .queue
    try hone.store.add(schedule, now: begin)
    for minute in 1...3 { _ = try look(hone, at: begin + Double(minute) * 60) }
    #expect(try hone.store.remove("s", now: begin).map(\.id) == [1])
    let phases = try hone.store.jobs(done: 9).map(\.job.phase)
    #expect(phases.filter { $0 == .running }.count == 1)
    #expect(phases.filter { $0 == .ended(.cancelled) }.count == phases.count - 1)
    #expect(try hone.store.schedules() == [])
  }

  @Test func `a clock that was wrong by a year holds no schedule back`() throws {
    let hone = try StubHone("")
    try hone.store.add(.example("s", "0 * * * *", zone: "UTC"), now: begin)
    _ = try look(hone, at: begin + 365 * 86_400)
    #expect(try hone.store.schedule("s").next > begin + 365 * 86_400)
    _ = try look(hone, at: begin + 60)
    #expect(try hone.store.schedule("s").next <= begin + 3600)
  }

  @Test func `a clock that is set back a little repeats nothing`() throws {
    let hone = try StubHone("")
    try hone.store.add(.example("s", "0 * * * *", zone: "UTC"), now: begin)
    _ = try look(hone, at: begin + 4000)
    let next = try hone.store.schedule("s").next
    _ = try look(hone, at: begin + 4000 - 3 * 3600)
    #expect(try hone.store.schedule("s").next == next)
  }

  @Test func `an instant that a wrong clock used is passed over with its reason`() throws {
    let hone = try StubHone("")
    try hone.store.add(.example("s", "0 * * * *", zone: "UTC"), now: begin)
    // Half a day early, the job of 10:00 runs; then the clock is put right.
    _ = try look(hone, at: begin + 12 * 3600)
    let early = try #require(hone.store.jobs(done: 9).first?.job)
    try end(early.id, hone)
    for hour in 0...13 {
      _ = try look(hone, at: begin + Double(hour) * 3600)
      if let job = try hone.store.jobs(done: 0).first?.job { try end(job.id, hone) }
    }
    let instants = try hone.store.jobs(done: 99).map(\.job.instant)
    // 23:00 to 11:00, each once.
    #expect(instants.count == 13 && Set(instants).count == 13)
    #expect(
      try hone.store.skipped("s", limit: 1).map(\.first) == [early.instant])
    #expect(
      try hone.store.skipped("s", limit: 1).first?.reason
        == "a job has it already, from before the clock was set back")
  }

  @Test func `a schedule that takes a removed one's name does not trip over its jobs`() throws {
    let hone = try StubHone("")
    try hone.store.add(.example("s", "0 * * * *", zone: "UTC"), now: begin)
    _ = try look(hone, at: begin + 4000)
    try end(1, hone)
    _ = try hone.store.remove("s", now: begin)
    try hone.store.add(.example("s", "0 * * * *", zone: "UTC"), now: begin)
    #expect(
      try !look(hone, at: begin + 4000).contains { if case .start = $0 { true } else { false } })
    #expect(try look(hone, at: begin + 7600).contains(.start(job: 2)))
  }

  @Test func `a job that stops for a while is cancelled before it goes on`() throws {
    let hone = try StubHone("")
    let job = try hone.store.enqueue(hone.request(), now: begin)
    _ = try look(hone, at: begin)
    _ = try hone.store.update(maxJobs: 1, isShuttingDown: true, now: begin) { scheduler, _ in
      scheduler.shutDown()
    }
    _ = try hone.store.cancel(job.id, now: begin)
    let actions = try hone.store.update(maxJobs: 1, isShuttingDown: false, now: begin) {
      scheduler, unwanted in
      scheduler.record(.interrupted, of: job.id, at: begin)
        + unwanted.flatMap { scheduler.cancel($0) } + scheduler.step(at: begin)
    }.actions
    #expect(!actions.contains(.resume(job: job.id)))
    #expect(try hone.store.jobs(done: 1).map(\.job.phase) == [.ended(.cancelled)])
  }

  /// Ends a job as a daemon does whose job's process succeeded.
  private func end(_ job: Int, _ hone: StubHone) throws {
    _ = try hone.store.update(maxJobs: 1, isShuttingDown: false, now: begin) { scheduler, _ in
      scheduler.record(.succeeded, of: job, at: begin)
    }
  }

  @Test func `the next instant is found anew, by the rules that a zone has now`() throws {
    let hone = try StubHone("")
    try hone.store.add(.example("s", "0 * * * *", zone: "UTC"), now: begin)
    let right = try hone.store.schedules()
    try hone.registry.write { database in
      try database.execute(sql: "UPDATE schedule SET next = next + 1800")
    }
    #expect(try hone.store.schedules() != right)
    try hone.store.recomputeNext()
    #expect(try hone.store.schedules() == right)
  }
}
