import Foundation
import Testing

@testable import Scheduling

/// What months of work leave behind.
@Suite struct SchedulerYearTests {
  @Test func `a hundred schedules leave nothing behind in a simulated year`() throws {
    let begin = try date("2024-01-01T00:00:00Z")
    let zones = ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "UTC"]
    let schedules = try (0..<100).map { number in
      var schedule = try Schedule.example(
        "s\(number)", "\(number % 60) \(number / 60) 1,15 * *", zone: zones[number % zones.count])
      schedule.overlap = OverlapPolicy.allCases[number % 3]
      return ScheduleProgress(schedule, after: begin)
    }
    var world = SimulatedWorld(SchedulerState(schedules: schedules, maxJobs: 8), at: begin)
    world.fate = { _ in (300, .succeeded) }
    world.advance(to: try date("2024-12-31T12:00:00Z"))
    // 24 instants each, but for zones in which the first had passed as the year began in UTC.
    #expect((2300...2400).contains(world.ended.count))
    #expect(world.ended.allSatisfy { $0.phase == .ended(.succeeded) })
    #expect(world.skipped.isEmpty && world.scheduler.state.jobs.isEmpty)
    #expect(world.scheduler.state.schedules.allSatisfy { $0.taken.isEmpty })
    #expect(world.most <= 8)
  }

  @Test(arguments: ["2024-03-30T00:00:00Z", "2024-10-26T00:00:00Z"])
  func `quiet hours over midnight hold where clocks are set, with jitter and all`(
    begin: String
  ) throws {
    var schedule = try Schedule.example("s", "*/10 * * * *", zone: "Europe/Paris")
    schedule.jitter = TimeSpan(seconds: 900)
    schedule.overlap = .queue
    schedule.job.quiet = try QuietHours(parsing: "22:30-02:30")
    schedule.job.zone = schedule.zone
    let start = try date(begin)
    var world = SimulatedWorld(
      SchedulerState(schedules: [ScheduleProgress(schedule, after: start)], maxJobs: 1), at: start)
    world.advance(to: start + 3 * 86_400)
    #expect(world.started.count > 200)
    // 02:30 does not exist on 31 March, so it is quiet until 03:00; on 27 October, until its first.
    let calendar = { (date: Date) in schedule.zone.text(date).dropFirst(11).prefix(5) }
    for start in world.started {
      let time = calendar(start.at)
      let isLate = time >= "22:30"
      let isAgain =
        begin.hasPrefix("2024-10")
        && (try? date("2024-10-27T00:30:00Z")) ?? .distantPast <= start.at
      #expect(
        !isLate && (time >= "02:30" || isAgain && time >= "02:00"),
        "\(schedule.zone.text(start.at))")
    }
  }
}
