import Foundation
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
}
