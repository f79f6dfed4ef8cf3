import Foundation
import Randomness
import Testing

@testable import Scheduling

/// Laws that hold for any schedules on any clock.
@Suite struct SchedulerPropertyTests {
  private static let crons = [
    "*/3 * * * *", "*/7 * * * *", "0 * * * *", "30 2 * * *", "*/20 1-3 * * *", "15 0 * * SUN",
  ]
  private static let zones = ["UTC", "Europe/Paris", "Australia/Lord_Howe", "Pacific/Apia"]

  /// Schedules of all policies, drawn from a seed.
  private func schedules(_ generator: inout CounterGenerator) throws -> [Schedule] {
    try (1...3).map { number in
      func pick<Value>(_ values: [Value]) -> Value {
        values[generator.integer(in: 0...values.count - 1)]
      }
      var schedule = try Schedule.example(
        "s\(number)", pick(Self.crons), zone: pick(Self.zones))
      schedule.overlap = pick(OverlapPolicy.allCases)
      schedule.misfire = pick([.runOnce, .skip])
      schedule.jitter = TimeSpan(seconds: pick([0, 0, 90, 600]))
      schedule.grace = TimeSpan(seconds: pick([0, 60, 900]))
      schedule.job.retries.limit = pick([0, 2])
      schedule.job.priority = pick([0, 1])
      if pick([true, false, false]) {
        schedule.job.quiet = try QuietHours(parsing: "01:10-02:40")
        schedule.job.zone = schedule.zone
        schedule.job.pausesInQuiet = pick([true, false])
      }
      if pick([true, false]) { schedule.job.budget.time = TimeSpan(seconds: 1500) }
      return schedule
    }
  }

  @Test(arguments: 0..<40)
  func `no instant is lost or run twice, and limits hold, whatever happens`(seed: Int) throws {
    var generator = CounterGenerator(keys: UInt64(seed))
    let schedules = try schedules(&generator)
    // Clocks are set in these weeks, in zones of the table.
    let begins = ["2024-03-30T20:00:00Z", "2024-10-26T20:00:00Z", "2011-12-29T20:00:00Z"]
    let begin = try date(begins[seed % begins.count])
    let limit = 1 + seed % 3
    var world = SimulatedWorld(
      SchedulerState(
        schedules: schedules.map { ScheduleProgress($0, after: begin) }, maxJobs: limit),
      at: begin)
    var draws = CounterGenerator(keys: UInt64(seed), 7)
    world.fate = { job in
      var fates = CounterGenerator(keys: UInt64(seed), UInt64(job.id), UInt64(job.failures))
      let exits: [JobExit] = [
        .succeeded, .succeeded, .badUsage, .interrupted, .crashed(reason: "signal 9"),
        .failed(code: 1, reason: nil),
      ]
      return (Double(fates.integer(in: 0...2400)), exits[fates.integer(in: 0...5)])
    }
    world.step()
    for _ in 0..<100 {
      let seconds = Double(draws.integer(in: 1...1800))
      switch draws.integer(in: 0...9) {
      case 0:  // the machine sleeps, or no daemon is there
        world.advance(to: world.now + seconds * 4, wakes: false)
        world.step()
      case 1: try world.restart()
      case 2:  // the clock is set back
        world.now -= seconds / 4
        world.step()
      case 3:  // the daemon ends, and another one begins
        world.carryOut(world.scheduler.shutDown())
        world.advance(to: world.now + seconds)
        world.scheduler.state.isShuttingDown = false
        world.step()
      default: world.advance(to: world.now + seconds)
      }
    }
    #expect(world.most <= limit)
    #expect(world.mostOfOne <= 1)
    for progress in world.scheduler.state.schedules {
      try expectEachOnce(progress, since: begin, world)
    }
    let finished = world.ended.count + world.scheduler.state.jobs.count
    #expect(world.scheduler.state.nextJobID == finished + 1)
    #expect(Set(world.ended.map(\.id)).count == world.ended.count)
    #expect(world.started.count > 3)
  }

  /// Each instant up to where the schedule is decided has one job, or was passed over once.
  private func expectEachOnce(
    _ progress: ScheduleProgress, since begin: Date, _ world: SimulatedWorld
  ) throws {
    let name = progress.schedule.name
    let jobs = (world.ended + world.scheduler.state.jobs).filter { $0.schedule == name }
    let skipped = world.skipped.filter { $0.schedule == name }
    let made = Set(jobs.map(\.instant))
    #expect(made.count == jobs.count, "\(name) made two jobs of one instant")
    var instant = progress.schedule.next(after: begin)
    var counted = 0
    while instant <= progress.decidedThrough {
      let passed = skipped.count { $0.first <= instant && instant <= $0.last }
      #expect((made.contains(instant) ? 1 : 0) + passed == 1, "\(name) at \(instant)")
      counted += 1
      instant = progress.schedule.next(after: instant)
    }
    #expect(jobs.count + skipped.reduce(0) { $0 + $1.count } == counted)
    let due = try #require(progress.due)
    #expect(due > world.now)
    let starts = Dictionary(grouping: world.started.filter { $0.schedule == name }, by: \.instant)
    #expect(starts.values.allSatisfy { $0.count == 1 })
    for start in world.started where start.schedule == name {
      #expect(!progress.schedule.job.isQuiet(start.at), "\(name) started at \(start.at)")
    }
  }
}
