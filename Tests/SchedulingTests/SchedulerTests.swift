import Foundation
import Testing

@testable import Scheduling

@Suite struct SchedulerTests {
  /// A world with one schedule, that begins at midnight UTC of 2024-01-10.
  private func world(
    _ cron: String = "0 * * * *", maxJobs: Int = 1, _ change: (inout Schedule) -> Void = { _ in }
  ) throws -> SimulatedWorld {
    var schedule = try Schedule.example("s", cron, zone: "UTC")
    change(&schedule)
    let start = try date("2024-01-10T00:00:00Z")
    return SimulatedWorld(
      SchedulerState(schedules: [ScheduleProgress(schedule, after: start)], maxJobs: maxJobs),
      at: start)
  }

  private let hour = 3600.0

  @Test func `a job starts at its instant, and the daemon sleeps until then`() throws {
    var world = try world()
    world.step()
    #expect(world.started.isEmpty)
    #expect(world.wake == world.now + hour)
    world.advance(to: world.now + hour)
    #expect(world.started.map(\.at) == [try date("2024-01-10T01:00:00Z")])
    world.advance(to: world.now + 120)
    #expect(world.ended.map(\.phase) == [.ended(.succeeded)])
  }

  @Test(arguments: OverlapPolicy.allCases)
  func `a job that is not done when the next comes is met by the policy`(
    policy: OverlapPolicy
  ) throws {
    var world = try world { $0.overlap = policy }
    world.fate = { $0.id == 1 ? (5000, .succeeded) : (60, .succeeded) }
    world.advance(to: world.now + 2 * hour)
    let second = try date("2024-01-10T02:00:00Z")
    switch policy {
    case .skip:
      #expect(world.skipped.map(\.reason) == ["job 1 of 2024-01-10T01:00:00Z was still running"])
      #expect(world.skipped.map(\.first) == [second])
    case .queue:
      #expect(world.started.count == 1)
      world.advance(to: world.now + 0.5 * hour)
      #expect(world.started.map(\.instant) == [second - hour, second])
      #expect(world.started.last?.at == second - hour + 5000)
    case .replace:
      #expect(world.stopping[1] != nil)
      world.advance(to: world.now + 0.5 * hour)
      #expect(world.ended.map(\.phase) == [.ended(.replaced), .ended(.succeeded)])
      #expect(world.started.last?.at == second + 30)
    }
    #expect(world.mostOfOne == 1)
  }

  @Test func `a job that cannot start passes its instant over`() throws {
    var world = try world()
    world.now += hour
    let actions = world.scheduler.step(at: world.now)
    #expect(actions.contains(.start(job: 1)))
    let over = world.scheduler.passOver(1, since: "there is no such branch")
    guard case .skip(let skipped) = over.first, case .end(let job) = over.last else {
      Issue.record("\(over)")
      return
    }
    #expect(skipped.first == world.now && skipped.count == 1)
    #expect(job.phase == .ended(.skipped) && job.note == skipped.reason && !job.hasStarted)
    #expect(world.scheduler.state.jobs.isEmpty)
    #expect(world.scheduler.passOver(1, since: "again") == [])
  }

  @Test func `of instants that were missed, the newest runs once`() throws {
    var world = try world()
    world.step()
    world.advance(to: world.now + 5.5 * hour, wakes: false)
    world.step()
    #expect(world.started.map(\.instant) == [try date("2024-01-10T05:00:00Z")])
    let skipped = try #require(world.skipped.first)
    #expect(world.skipped.count == 1)
    #expect(try skipped.count == 4 && skipped.first == date("2024-01-10T01:00:00Z"))
    #expect(try skipped.last == date("2024-01-10T04:00:00Z"))
    #expect(skipped.reason.contains("the newest instant that was missed runs for all"))
  }

  @Test func `missed instants are passed over where that is wanted`() throws {
    var world = try world { $0.misfire = .skip }
    world.advance(to: world.now + 5.5 * hour, wakes: false)
    world.step()
    #expect(world.started.isEmpty)
    #expect(world.skipped.map(\.count) == [5])
  }

  @Test func `an instant within the grace is on time`() throws {
    var world = try world { ($0.misfire, $0.grace) = (.skip, TimeSpan(seconds: 300)) }
    world.advance(to: world.now + hour + 299, wakes: false)
    world.step()
    #expect(world.started.count == 1 && world.skipped.isEmpty)
  }

  @Test func `an instant that is on time runs for those that were missed before it`() throws {
    var world = try world()
    world.advance(to: world.now + 3 * hour, wakes: false)
    world.step()
    #expect(world.started.map(\.instant) == [try date("2024-01-10T03:00:00Z")])
    #expect(world.skipped.map(\.count) == [2])
  }

  @Test func `a year asleep costs no year of looking`() throws {
    var world = try world("* * * * *") { $0.grace = TimeSpan(seconds: 0) }
    world.advance(to: world.now + 366 * 24 * hour, wakes: false)
    world.step()
    let skipped = try #require(world.skipped.first)
    #expect(skipped.isAtLeast && skipped.count >= 1000)
    #expect(try skipped.last == date("2025-01-09T23:59:00Z"))
    #expect(world.started.map(\.instant) == [try date("2025-01-10T00:00:00Z")])
  }

  @Test func `a clock that is set back runs nothing again`() throws {
    var world = try world()
    world.advance(to: world.now + 3.5 * hour)
    #expect(world.started.count == 3)
    world.now -= 3 * hour
    world.step()
    world.advance(to: world.now + 3 * hour)
    #expect(world.started.count == 3)
    world.advance(to: world.now + hour)
    #expect(world.started.count == 4)
  }

  @Test func `a paused schedule starts nothing and needs no waking`() throws {
    var world = try world { $0.isPaused = true }
    world.advance(to: world.now + 30 * hour)
    #expect(world.started.isEmpty && world.skipped.isEmpty && world.wake == nil)
  }

  @Test func `a job of a paused schedule waits until it goes on`() throws {
    var world = try world("0 1 * * *") { $0.job.quiet = try? QuietHours(parsing: "00:30-02:00") }
    world.advance(to: world.now + 1.5 * hour)
    world.scheduler.state.schedules[0].schedule.isPaused = true
    world.advance(to: world.now + 5 * hour)
    #expect(world.started.isEmpty && world.wake == nil)
    world.scheduler.state.schedules[0].schedule.isPaused = false
    world.advance(to: world.now + hour)
    #expect(world.started.count == 1)
  }

  @Test func `a job that fails is gone on with, each time after a longer wait`() throws {
    var world = try world("0 1 * * *") { $0.job.retries.limit = 3 }
    world.fate = { _ in (0, .failed(code: 1, reason: "the disk is full")) }
    world.advance(to: world.now + hour)
    var waits: [Double] = []
    while let wake = world.wake, world.ended.isEmpty {
      waits.append(wake.timeIntervalSince(world.now))
      world.advance(to: wake)
    }
    #expect(waits == [60, 120, 240])
    #expect(world.started.count == 1 && world.resumed == [1, 1, 1])
    let job = try #require(world.ended.first)
    #expect(job.phase == .ended(.failed) && job.failures == 4)
    #expect(job.note == "It failed with exit code 1: the disk is full.")
  }

  @Test func `what the user wrote wrongly is not tried again`() throws {
    var world = try world("0 1 * * *")
    world.fate = { _ in (1, .badUsage) }
    world.advance(to: world.now + 5 * hour)
    #expect(world.resumed.isEmpty)
    #expect(world.ended.map(\.phase) == [.ended(.badUsage)])
  }

  @Test func `a job that crashed or was interrupted from outside is resumed`() throws {
    for exit in [JobExit.crashed(reason: "signal 9"), .interrupted] {
      var world = try world("0 1 * * *")
      world.fate = { $0.failures == 0 ? (10, exit) : (10, .succeeded) }
      world.advance(to: world.now + 2 * hour)
      #expect(world.started.count == 1 && world.resumed == [1])
      #expect(world.ended.map(\.phase) == [.ended(.succeeded)])
    }
  }

  @Test func `waits for further attempts are bounded`() {
    var retries = RetryPolicy()
    retries.longestDelay = TimeSpan(seconds: 1000)
    #expect(
      (1...6).map { retries.delay(afterFailure: $0).seconds } == [60, 120, 240, 480, 960, 1000])
    #expect(retries.delay(afterFailure: .max).seconds == 1000)
  }

  @Test func `a job over its time is stopped, and killed where it does not stop`() throws {
    var world = try world("0 1 * * *") {
      $0.job.budget.time = TimeSpan(seconds: 600)
      $0.job.budget.stopGrace = TimeSpan(seconds: 20)
    }
    world.fate = { _ in (9999, .succeeded) }
    world.advance(to: world.now + hour + 599)
    #expect(world.stopping.isEmpty)
    world.advance(to: world.now + 1)
    #expect(world.stopping.count == 1 && world.kills.isEmpty)
    world.advance(to: world.now + 25)
    #expect(world.kills == [1])
    #expect(world.ended.map(\.phase) == [.ended(.overTime)])
    #expect(world.ended.first?.note == "It worked for 10m, all that it may.")
    #expect(world.resumed.isEmpty)
  }

  @Test func `time at work adds up over attempts`() throws {
    var world = try world("0 1 * * *") { $0.job.budget.time = TimeSpan(seconds: 100) }
    world.fate = { $0.failures == 0 ? (70, .crashed(reason: "x")) : (70, .succeeded) }
    world.advance(to: world.now + 2 * hour)
    #expect(world.ended.map(\.phase) == [.ended(.overTime)])
    #expect(world.ended.first.map { $0.usedSeconds } == 130)  // 70 + 30 + 30 to stop
  }

  @Test func `a job over its memory is stopped`() throws {
    var world = try world("0 1 * * *") { $0.job.budget.memory = ByteSize("1GiB") }
    world.fate = { _ in (9999, .succeeded) }
    world.advance(to: world.now + hour)
    #expect(world.wake == world.now + Scheduler.memoryLookSeconds)
    world.step(memory: [1: 1 << 30])
    #expect(world.stopping.isEmpty)
    world.step(memory: [1: 1 << 30 + 1])
    #expect(world.stopping.count == 1)
    world.advance(to: world.now + 60)
    #expect(world.ended.map(\.phase) == [.ended(.overMemory)])
  }

  @Test func `nothing starts in quiet hours`() throws {
    var world = try world("0 1 * * *") { $0.job.quiet = try? QuietHours(parsing: "00:30-03:15") }
    world.advance(to: world.now + 2 * hour)
    #expect(world.started.isEmpty && world.skipped.isEmpty)
    world.advance(to: world.now + 22 * hour)
    #expect(world.started.map(\.at) == [try date("2024-01-10T03:15:00Z")])
  }

  @Test func `a job may be paused for quiet hours`() throws {
    var world = try world("0 1 * * *") {
      $0.job.quiet = try? QuietHours(parsing: "02:00-03:00")
      $0.job.pausesInQuiet = true
    }
    world.fate = { $0.hasStarted && $0.usedSeconds > 0 ? (60, .succeeded) : (9999, .succeeded) }
    world.advance(to: world.now + 2.5 * hour)
    #expect(world.processes.isEmpty && world.ended.isEmpty)
    world.advance(to: world.now + hour)
    #expect(world.resumed == [1])
    #expect(world.ended.map(\.phase) == [.ended(.succeeded)])
    #expect(world.ended.first?.failures == 0)
  }

  @Test func `of jobs that wait, the highest priority starts, then the oldest`() throws {
    let start = try date("2024-01-10T00:00:00Z")
    var jobs: [Job] = []
    for (id, priority) in [(1, 0), (2, 5), (3, 5), (4, -1)] {
      var request = JobRequest(name: "q", pipeline: "/p.yaml", folder: "/")
      request.priority = priority
      jobs.append(Job(id: id, schedule: nil, instant: start + Double(-id), request: request))
    }
    var world = SimulatedWorld(SchedulerState(jobs: jobs, nextJobID: 5), at: start)
    world.step()
    world.advance(to: start + hour)
    #expect(world.started.map(\.job) == [3, 2, 1, 4])
    #expect(world.most == 1)
  }

  @Test func `a daemon that ends stops its jobs, and the next one goes on with them`() throws {
    var world = try world("0 1 * * *")
    world.fate = { $0.usedSeconds > 0 ? (60, .succeeded) : (9999, .succeeded) }
    world.advance(to: world.now + hour + 10)
    world.carryOut(world.scheduler.shutDown())
    world.advance(to: world.now + 60)
    #expect(world.processes.isEmpty && world.ended.isEmpty)
    world.advance(to: world.now + hour)
    #expect(world.resumed.isEmpty)
    world.scheduler.state.isShuttingDown = false
    world.advance(to: world.now + hour)
    #expect(world.resumed == [1])
    #expect(world.ended.map(\.phase) == [.ended(.succeeded)])
  }

  @Test func `a job that waits is cancelled at once, one that runs is asked to stop`() throws {
    var world = try world("0 1 * * *") { $0.overlap = .queue }
    world.advance(to: world.now + hour)
    world.carryOut(world.scheduler.cancel(1))
    #expect(world.stopping.count == 1)
    world.advance(to: world.now + 40)
    #expect(world.ended.map(\.phase) == [.ended(.cancelled)])
    let job = Job(
      id: 9, schedule: nil, instant: world.now,
      request: JobRequest(name: "q", pipeline: "/q", folder: "/"))
    world.scheduler.state.jobs.append(job)
    world.carryOut(world.scheduler.cancel(9))
    #expect(world.ended.last?.phase == .ended(.cancelled))
    #expect(world.scheduler.state.jobs.isEmpty)
  }

  @Test func `a thousand schedules are looked at once for each instant, and not between`() throws {
    let start = try date("2024-01-10T00:00:00Z")
    let schedules = try (0..<1000).map { number in
      let cron = "\(number % 60) \(number / 60 % 6 * 4) * * *"
      return ScheduleProgress(try .example("s\(number)", cron, zone: "UTC"), after: start)
    }
    var scheduler = Scheduler(SchedulerState(schedules: schedules, maxJobs: 2000))
    let instants = Set(schedules.map(\.next)).filter { $0 <= start + 24 * hour }
    var (now, looks, started) = (start, 0, 0)
    while now < start + 24 * hour {
      let actions = scheduler.step(at: now)
      started += actions.count { if case .start = $0 { true } else { false } }
      guard case .wake(let wake) = try #require(actions.last) else { break }
      (now, looks) = (wake, looks + 1)
    }
    #expect(looks <= instants.count + 1)
    #expect(
      instants.count == 360 && started == 1000 - schedules.count { $0.next == start + 24 * hour })
  }

  @Test func `jitter is the same each time, spread, and can be told before`() throws {
    var schedule = try Schedule.example("a", "0 * * * *")
    schedule.jitter = TimeSpan(seconds: 600)
    let starts = try date("2024-01-10T00:00:00Z")
    let delays = (0..<500).map { hour in
      let instant = starts + Double(hour) * 3600
      return schedule.start(of: instant).timeIntervalSince(instant)
    }
    #expect(delays.allSatisfy { (0...600).contains($0) })
    #expect(Set(delays).count > 300)
    var other = schedule
    other.name = "b"
    #expect(other.start(of: starts) != schedule.start(of: starts))
    #expect(schedule.start(of: starts) == starts + delays[0])
  }

  @Test func `a wait that a wrong clock began is no longer than its policy`() throws {
    var world = try world { $0.job.retries.delay = TimeSpan(seconds: 600) }
    world.fate = { $0.failures == 0 ? (60, .failed(code: 1, reason: nil)) : (60, .succeeded) }
    world.advance(to: world.now + hour + 120)
    #expect(world.scheduler.state.jobs.map(\.failures) == [1])
    world.now -= 5 * hour
    world.step()
    world.advance(to: world.now + 700)
    #expect(world.resumed == [1])
  }

  @Test func `a first wait longer than an hour is kept`() {
    var retries = RetryPolicy()
    retries.delay = TimeSpan(seconds: 7200)
    #expect((1...3).map { retries.delay(afterFailure: $0).seconds } == [7200, 7200, 7200])
    retries.delay = TimeSpan(seconds: 1500)
    #expect((1...3).map { retries.delay(afterFailure: $0).seconds } == [1500, 3000, 3600])
  }
}
