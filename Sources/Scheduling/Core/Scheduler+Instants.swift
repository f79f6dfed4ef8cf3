import Foundation

/// What becomes of the instants of a schedule.
extension Scheduler {
  /// Missed instants that are counted one by one; beyond, the newest is found by halving.
  static let maxCounted = 1000

  /// Gives every instant that has come a job, or passes it over with a reason.
  mutating func decide(_ index: Int, _ now: Date, _ actions: inout [SchedulerAction]) {
    guard let due = state.schedules[index].due, due <= now else { return }
    let (schedule, taken) = (state.schedules[index].schedule, state.schedules[index].taken)
    let (missed, onTime) = takeDue(index, now)
    if let missed {
      // With one that is on time, that one runs for those that were missed, too.
      let runs = schedule.misfire == .runOnce && onTime.isEmpty
      if let skipped = missed.skipped(schedule.name, butLast: runs, now: now) {
        actions.append(.skip(skipped))
      }
      if runs {
        begin(schedule, missed.last, isTaken: taken.contains(missed.last), &actions)
      }
    }
    for instant in onTime {
      begin(schedule, instant, isTaken: taken.contains(instant), &actions)
    }
  }

  /// Takes the instants that have come from the schedule: those too late, and those on time.
  private mutating func takeDue(_ index: Int, _ now: Date) -> (missed: Missed?, onTime: [Date]) {
    let schedule = state.schedules[index].schedule
    let late = now - Double(schedule.grace.seconds)
    var missed: Missed?
    var onTime: [Date] = []
    while let due = state.schedules[index].due, due <= now {
      let instant = state.schedules[index].next
      // What was held back by the jitter of one before it is not late.
      if due >= late || !onTime.isEmpty {
        onTime.append(instant)
      } else {
        missed.add(instant)
        if missed?.count == Self.maxCounted,
          let last = schedule.cron.last(
            after: instant, through: late - Double(schedule.jitter.seconds) - 1,
            in: schedule.zone.timeZone)
        {
          let end = Date(timeIntervalSince1970: last.timeIntervalSince1970 - 1)
          missed?.jump(
            to: last,
            past: schedule.cron.last(after: instant, through: end, in: schedule.zone.timeZone))
          state.schedules[index].next = last
        }
      }
      state.schedules[index].advance()
    }
    return (missed, onTime)
  }

  /// Makes the job of an instant, as far as the schedule's other jobs let it.
  private mutating func begin(
    _ schedule: Schedule, _ instant: Date, isTaken: Bool, _ actions: inout [SchedulerAction]
  ) {
    let others = state.jobs.indices.filter { index in
      if case .ended = state.jobs[index].phase { return false }
      return state.jobs[index].schedule == schedule.name
    }
    func skip(_ reason: String) {
      actions.append(
        .skip(
          SkippedInstants(
            schedule: schedule.name, first: instant, last: instant, count: 1, reason: reason)))
    }
    guard !isTaken else {
      return skip("a job has it already, from before the clock was set back")
    }
    switch schedule.overlap {
    case .skip:
      if let other = others.first.map({ state.jobs[$0] }) {
        return skip(
          "job \(other.id) of \(schedule.zone.text(other.instant)) was still \(other.phase.name)")
      }
    case .queue:
      guard others.count < Self.maxQueued else {
        return skip("\(others.count) jobs of the schedule were waiting already")
      }
    case .replace:
      for index in others { stop(index, .replaced, &actions) }
    }
    state.jobs.append(
      Job(
        id: state.nextJobID, schedule: schedule.name, instant: instant, request: schedule.job))
    state.nextJobID += 1
  }
}

/// Instants that came while nobody looked.
private struct Missed {
  let first: Date
  private(set) var last: Date
  /// The one before the last.
  private(set) var beforeLast: Date?
  private(set) var count = 1
  private(set) var isAtLeast = false

  init(_ instant: Date) { (first, last) = (instant, instant) }

  mutating func add(_ instant: Date) {
    (beforeLast, last) = (last, instant)
    count += 1
  }

  /// Passes by what is not counted, the last of it being `skipped`.
  mutating func jump(to instant: Date, past skipped: Date?) {
    add(instant)
    guard let skipped else { return }
    (beforeLast, isAtLeast) = (skipped, true)
  }

  /// What is told of them; nil where the only one runs.
  func skipped(_ schedule: String, butLast: Bool, now: Date) -> SkippedInstants? {
    let end = butLast ? beforeLast : last
    guard let end else { return nil }
    let reason =
      butLast
      ? "nobody was there to start it; the newest instant that was missed runs for all"
      : "nobody was there to start it in time"
    return SkippedInstants(
      schedule: schedule, first: first, last: end, count: butLast ? count - 1 : count,
      isAtLeast: isAtLeast, reason: reason)
  }
}

extension Missed? {
  fileprivate mutating func add(_ instant: Date) {
    if self == nil { self = Missed(instant) } else { self?.add(instant) }
  }
}
