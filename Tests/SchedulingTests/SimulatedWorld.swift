import Foundation
import Randomness

@testable import Scheduling

/// A machine in which time passes as a test likes.
///
/// Jobs run, end and are killed, the daemon comes
/// and goes, the clock is set. Nothing waits.
struct SimulatedWorld {
  var scheduler: Scheduler
  var now: Date
  /// Processes at work, by job: when they end by themselves, and how.
  var processes: [Int: (ends: Date, exit: JobExit)] = [:]
  /// Processes that were asked to stop, and when they do.
  var stopping: [Int: Date] = [:]
  private(set) var started: [(schedule: String?, instant: Date, job: Int, at: Date)] = []
  private(set) var resumed: [Int] = []
  private(set) var skipped: [SkippedInstants] = []
  private(set) var ended: [Job] = []
  private(set) var kills: [Int] = []
  private(set) var wake: Date?
  /// The most processes there were at one time, in all and of one schedule.
  private(set) var most = 0
  private(set) var mostOfOne = 0
  /// Tells how long a started job works, and how it ends.
  var fate: (Job) -> (seconds: Double, exit: JobExit) = { _ in (60, .succeeded) }
  private var lastStep: Date

  init(_ state: SchedulerState, at now: Date) {
    scheduler = Scheduler(state)
    self.now = now
    lastStep = now
  }

  /// Lets the daemon look, as it does at a wake-up.
  mutating func step(memory: [Int: Int] = [:]) {
    count()
    carryOut(scheduler.step(at: now, memory: memory))
  }

  /// Puts another daemon in the place of this one, which was killed: it has what was written down.
  mutating func restart() throws {
    let written = try JSONEncoder().encode(scheduler.state)
    scheduler = Scheduler(try JSONDecoder().decode(SchedulerState.self, from: written))
  }

  private mutating func count() {
    scheduler.count(max(0, now.timeIntervalSince(lastStep)))
    lastStep = now
  }

  /// Goes to a moment; processes whose time has come end on the way, and the daemon is told.
  mutating func advance(to moment: Date, wakes: Bool = true) {
    if wakes { step() }
    while true {
      let ends = processes.map {
        (job: $0.key, at: min($0.value.ends, stopping[$0.key] ?? .distantFuture))
      }
      .min { ($0.at, $0.job) < ($1.at, $1.job) }
      let nextWake = wakes ? wake : nil
      let next = [ends?.at, nextWake].compactMap(\.self).min() ?? .distantFuture
      guard next <= moment else { break }
      now = max(now, next)
      if let ends, ends.at <= now { end(ends.job) }
      step()
    }
    now = moment
    if wakes { step() }
  }

  /// Ends a job's process, and tells the scheduler.
  mutating func end(_ job: Int, as exit: JobExit? = nil) {
    guard let process = processes.removeValue(forKey: job) else { return }
    let wasAsked = stopping.removeValue(forKey: job) != nil
    count()
    let natural = wasAsked && process.ends > now ? JobExit.interrupted : process.exit
    carryOut(scheduler.record(exit ?? natural, of: job, at: now))
  }

  mutating func carryOut(_ actions: [SchedulerAction]) {
    wake = nil
    for action in actions {
      switch action {
      case .skip(let instants): skipped.append(instants)
      case .end(let job): ended.append(job)
      case .stop(let job, _): stopping[job] = now + 30
      case .kill(let job):
        kills.append(job)
        end(job, as: .crashed(reason: "signal 9"))
      case .start(let id), .resume(let id):
        guard let job = scheduler.state.jobs.first(where: { $0.id == id }) else { continue }
        precondition(processes[id] == nil, "job \(id) was started twice")
        if case .start = action {
          started.append((job.schedule, job.instant, id, now))
        } else {
          resumed.append(id)
        }
        let fate = fate(job)
        processes[id] = (now + fate.seconds, fate.exit)
      case .wake(let date): wake = date
      }
    }
    let jobs = scheduler.state.jobs.filter { processes[$0.id] != nil }
    most = max(most, processes.count)
    for name in Set(jobs.compactMap(\.schedule)) {
      mostOfOne = max(mostOfOne, jobs.count { $0.schedule == name })
    }
  }
}

extension Schedule {
  /// A schedule for tests.
  static func example(
    _ name: String = "nightly", _ cron: String = "0 2 * * *", zone: String = "Europe/Paris"
  ) throws -> Schedule {
    Schedule(
      name: name, cron: try CronExpression(parsing: cron), zone: try ScheduleZone(named: zone),
      job: JobRequest(name: name, pipeline: "/pipelines/\(name).yaml", folder: "/"))
  }
}

/// `2024-03-31T02:00:00+01:00` as a date.
func date(_ text: String) throws -> Date { try Date(text, strategy: .iso8601) }
