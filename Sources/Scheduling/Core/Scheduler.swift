package import Foundation

/// Decides which job starts, waits, stops or is passed over.
///
/// It is pure: it has no clock, starts no process and touches no file.
/// Who drives it writes ``state`` down after each call, before the actions are carried out. So a
/// driver that is killed at any moment comes back to a state from which the next step follows.
package struct Scheduler: Sendable {
  /// Jobs of one schedule that may wait under ``OverlapPolicy/queue``.
  package static let maxQueued = 100
  /// Seconds between two looks at the memory of jobs that have a budget of it.
  package static let memoryLookSeconds = 5.0

  /// A clock that is set back further was wrong before, as cron(8) of Debian has it.
  static let longestSetBackSeconds = 3 * 3600.0

  /// No wait is shorter, so that a rest lost in rounding costs one step and not many.
  private static let leastWaitSeconds = 0.001

  package var state: SchedulerState

  package init(_ state: SchedulerState) { self.state = state }

  /// Counts time towards the jobs at work; to be called before ``record(_:of:at:)`` and
  /// ``step(at:memory:)``.
  ///
  /// - Parameter seconds: Since the last call, by a clock that is never set and stands still while
  ///   the machine sleeps.
  package mutating func count(_ seconds: Double) {
    for index in state.jobs.indices { state.jobs[index].count(seconds) }
  }

  /// Decides what is to be done now.
  ///
  /// - Parameters:
  ///   - now: By the wall clock, which may have been set in either direction.
  ///   - memory: Bytes of running jobs that have a budget of it, as far as they are known.
  /// - Returns: Ends with ``SchedulerAction/wake(at:)`` unless nothing is left to wait for.
  package mutating func step(at now: Date, memory: [Int: Int] = [:]) -> [SchedulerAction] {
    var actions: [SchedulerAction] = []
    followClock(now)
    if !state.isShuttingDown {
      for index in state.schedules.indices { decide(index, now, &actions) }
    }
    for index in state.jobs.indices { watch(index, now, memory, &actions) }
    if !state.isShuttingDown { start(now, &actions) }
    state.jobs.removeAll { if case .ended = $0.phase { true } else { false } }
    if let wake = wake(after: now) { actions.append(.wake(at: wake)) }
    return actions
  }

  /// Takes in how a job's process ended; what follows from it is for the next step, but for
  /// ``SchedulerAction/end(_:)``.
  package mutating func record(_ exit: JobExit, of id: Int, at now: Date) -> [SchedulerAction] {
    guard let index = state.jobs.firstIndex(where: { $0.id == id }) else { return [] }
    state.jobs[index].end(exit, at: now)
    guard case .ended = state.jobs[index].phase else { return [] }
    return [.end(state.jobs.remove(at: index))]
  }

  /// Stops a job that somebody no longer wants.
  package mutating func cancel(_ id: Int) -> [SchedulerAction] {
    guard let index = state.jobs.firstIndex(where: { $0.id == id }) else { return [] }
    var actions: [SchedulerAction] = []
    stop(index, .cancelled, &actions)
    state.jobs.removeAll { if case .ended = $0.phase { true } else { false } }
    return actions
  }

  /// Ends a job that was to start and cannot, since what it asks for is not there; for its schedule,
  /// its instant is passed over.
  package mutating func passOver(_ id: Int, since reason: String) -> [SchedulerAction] {
    guard let index = state.jobs.firstIndex(where: { $0.id == id }) else { return [] }
    var job = state.jobs.remove(at: index)
    (job.phase, job.hasStarted, job.note) = (.ended(.skipped), false, reason)
    let skip = job.schedule.map { schedule in
      SchedulerAction.skip(
        SkippedInstants(
          schedule: schedule, first: job.instant, last: job.instant, count: 1, reason: reason))
    }
    return [skip].compactMap { $0 } + [.end(job)]
  }

  /// Asks all that runs to stop, and starts nothing more.
  package mutating func shutDown() -> [SchedulerAction] {
    state.isShuttingDown = true
    var actions: [SchedulerAction] = []
    for index in state.jobs.indices where state.jobs[index].phase == .running {
      stop(index, .shutdown, &actions)
    }
    return actions
  }

  // MARK: - A clock that was set back

  /// Forgets what only a clock that was wrong could have said.
  ///
  /// Set back by a little, a clock comes again to instants that are decided, and none happens
  /// twice. Set back by more, it was wrong before: a schedule that waited for it to come back to
  /// where it was might wait for years. And no job waits longer than its policy says.
  private mutating func followClock(_ now: Date) {
    for index in state.schedules.indices
    where state.schedules[index].decidedThrough > now + Self.longestSetBackSeconds {
      state.schedules[index].beginAgain(after: now)
    }
    for index in state.jobs.indices { state.jobs[index].shortenWait(at: now) }
  }

  // MARK: - Jobs at work

  /// Ends a waiting job, asks a running one to stop, and lets one that stops already go on to.
  mutating func stop(_ index: Int, _ cause: StopCause, _ actions: inout [SchedulerAction]) {
    switch state.jobs[index].phase {
    case .waiting:
      guard let outcome = cause.outcome else { return }
      state.jobs[index].phase = .ended(outcome)
      actions.append(.end(state.jobs[index]))
    case .running:
      state.jobs[index].phase = .stopping(cause, seconds: 0, isForced: false)
      actions.append(.stop(job: state.jobs[index].id, cause))
    case .stopping(let earlier, let seconds, let isForced):
      // A stop after which it would have gone on becomes one after which it does not.
      guard earlier.outcome == nil, cause.outcome != nil else { return }
      state.jobs[index].phase = .stopping(cause, seconds: seconds, isForced: isForced)
    case .ended: return
    }
  }

  /// Stops a job that is over its budget or runs into quiet hours, and kills one that does not stop.
  private mutating func watch(
    _ index: Int, _ now: Date, _ memory: [Int: Int], _ actions: inout [SchedulerAction]
  ) {
    let job = state.jobs[index]
    let budget = job.request.budget
    switch job.phase {
    case .running:
      if let time = budget.time, job.usedSeconds >= Double(time.seconds) {
        state.jobs[index].note = "It worked for \(time), all that it may."
        stop(index, .timeBudget, &actions)
      } else if let size = budget.memory, let used = memory[job.id], used > size.bytes {
        state.jobs[index].note = "It held \(used) bytes of memory, more than its \(size)."
        stop(index, .memoryBudget, &actions)
      } else if job.request.pausesInQuiet, job.request.isQuiet(now) {
        state.jobs[index].note = "Stopped for quiet hours; it goes on when they are over."
        stop(index, .quietHours, &actions)
      }
    case .stopping(let cause, let seconds, false) where seconds >= Double(budget.stopGrace.seconds):
      state.jobs[index].phase = .stopping(cause, seconds: seconds, isForced: true)
      actions.append(.kill(job: job.id))
    case .waiting, .stopping, .ended: return
    }
  }

  /// Starts what may start, as long as there is room.
  private mutating func start(_ now: Date, _ actions: inout [SchedulerAction]) {
    let active = state.jobs.filter(\.phase.isActive)
    var room = state.maxJobs - active.count
    guard room > 0 else { return }
    // Nothing of a paused schedule starts.
    var busy = Set(state.schedules.filter(\.schedule.isPaused).map(\.schedule.name))
    busy.formUnion(active.compactMap(\.schedule))
    // The first of a schedule holds back the others, also while it waits for a further attempt.
    let waiting = state.jobs.indices
      .sorted {
        (state.jobs[$0].instant, state.jobs[$0].id) < (state.jobs[$1].instant, state.jobs[$1].id)
      }
      .filter { index in
        guard case .waiting = state.jobs[index].phase else { return false }
        guard let schedule = state.jobs[index].schedule else { return true }
        return busy.insert(schedule).inserted
      }
    // Equal priorities keep the order of their instants.
    let ordered = waiting.enumerated().sorted {
      let (left, right) = (priority($0.element), priority($1.element))
      return left != right ? left > right : $0.offset < $1.offset
    }
    for (_, index) in ordered where room > 0 {
      let job = state.jobs[index]
      guard case .waiting(let until) = job.phase, until <= now, !job.request.isQuiet(now) else {
        continue
      }
      state.jobs[index].phase = .running
      actions.append(job.hasStarted ? .resume(job: job.id) : .start(job: job.id))
      state.jobs[index].hasStarted = true
      room -= 1
    }
  }

  private func priority(_ index: Int) -> Int { state.jobs[index].request.priority }

  // MARK: - Waking

  /// The next moment at which a step could do something that no event announces.
  private func wake(after now: Date) -> Date? {
    var wake: Date?
    func consider(_ date: Date) { wake = min(wake ?? date, date) }
    if !state.isShuttingDown { state.schedules.lazy.compactMap(\.due).forEach(consider) }
    let hasRoom = state.jobs.count(where: \.phase.isActive) < state.maxJobs
    for job in state.jobs {
      switch job.phase {
      case .waiting(let until) where hasRoom && !state.isShuttingDown:
        if until > now {
          consider(until)
        } else if let quiet = job.request.quiet, job.request.isQuiet(now) {
          consider(quiet.nextEnd(after: now, in: job.request.zone))
        }
      case .running:
        if let time = job.request.budget.time {
          consider(now + max(Self.leastWaitSeconds, Double(time.seconds) - job.usedSeconds))
        }
        if job.request.budget.memory != nil { consider(now + Self.memoryLookSeconds) }
        if job.request.pausesInQuiet, let quiet = job.request.quiet {
          consider(quiet.nextBegin(after: now, in: job.request.zone))
        }
      case .stopping(_, let seconds, false):
        let left = Double(job.request.budget.stopGrace.seconds) - seconds
        consider(now + max(Self.leastWaitSeconds, left))
      case .waiting, .stopping, .ended: continue
      }
    }
    return wake
  }
}
