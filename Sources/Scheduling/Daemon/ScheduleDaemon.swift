package import Foundation
import Glibc
package import Registry
import Runs

/// The process that starts jobs when their time has come: one thread of control around
/// ``Scheduler``.
///
/// It sleeps until the next moment of the core, a signal, or the end of a job, but at most a minute,
/// so that a clock that was set, or a machine that slept, is noticed by then. It remembers nothing:
/// each look loads the state from the registry and writes it back before anything is done, so a
/// daemon that is killed is followed by one that knows as much.
package actor ScheduleDaemon {
  /// What wakes the daemon.
  package enum Event: Sendable {
    /// Schedules or jobs were changed.
    case told
    case shutDown
    /// Time has come.
    case look
    case ended(job: Int, JobExit)
  }

  /// The longest sleep, in seconds.
  package static let longestSleepSeconds = 60.0

  let runs: URL
  let store: ScheduleStore
  let process: JobProcess
  let checkouts: JobCheckouts
  private let maxJobs: Int
  let say: @Sendable (String) -> Void
  private let events: AsyncStream<Event>
  let inbox: AsyncStream<Event>.Continuation
  /// Jobs whose processes are watched, with the process where it is known.
  var watched: [Int: Int32?] = [:]
  /// Signals for processes that are not known yet.
  var unsent: [Int: Int32] = [:]
  /// Ends that are not written down yet.
  var exits: [Int: JobExit] = [:]
  /// Commands that are being told, by job.
  var hooks: [Int: Task<Void, Never>] = [:]
  private var isShuttingDown = false
  /// Whether a job at work has a budget of memory.
  var hasMemoryBudgets = false
  private var lastLook = SuspendingClock.now
  /// How often the state was looked at.
  private(set) var looks = 0

  /// - Parameters:
  ///   - registry: Of the folder of runs.
  ///   - program: Hone's executable.
  ///   - maxJobs: Jobs at work at one time.
  ///   - say: Told what is done, a line each.
  package init(
    _ registry: Registry, program: URL, maxJobs: Int, say: @escaping @Sendable (String) -> Void
  ) {
    runs = registry.runs
    store = ScheduleStore(registry)
    process = JobProcess(program: program, runs: registry.runs)
    checkouts = JobCheckouts(in: registry.runs, store)
    (self.maxJobs, self.say) = (maxJobs, say)
    (events, inbox) = AsyncStream.makeStream()
  }

  /// Wakes the daemon.
  package nonisolated func send(_ event: Event) { inbox.yield(event) }

  /// Works until it is told to shut down and no job is at work any more.
  ///
  /// - Throws: ``ScheduleError/daemonAtWork(runs:processID:)`` where another daemon has the folder,
  ///   or the registry's errors.
  package func run() async throws {
    // A log that nobody reads any more must not end the daemon.
    Glibc.signal(SIGPIPE, SIG_IGN)
    let lock = try Self.lock(runs)
    defer { withExtendedLifetime(lock) {} }
    try adopt()
    sweep()
    var sleeper = sleep(until: try look())
    for await event in events {
      sleeper.cancel()
      switch event {
      case .shutDown where !isShuttingDown:
        isShuttingDown = true
        if !watched.isEmpty { say("Jobs are stopped after a checkpoint.") }
      case .ended(let job, let exit):
        watched[job] = nil
        exits[job] = exit
      case .told: sweep()  // a schedule may be gone
      case .shutDown, .look: break
      }
      let wake: Date
      do {
        wake = try look()
      } catch {
        say("\(error) The daemon tries again.")
        wake = Date() + Self.longestSleepSeconds
      }
      if isShuttingDown, watched.isEmpty, exits.isEmpty { break }
      sleeper = sleep(until: wake)
    }
    for hook in Array(hooks.values) { await hook.value }
  }

  /// Decides, writes down what was decided, and then does it.
  ///
  /// - Returns: When to look again.
  private func look() throws -> Date {
    looks += 1
    let (now, clock) = (Date(), SuspendingClock.now)
    let elapsed = lastLook.duration(to: clock).components
    let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    let (ended, runs, isLast) = (exits, runs, isShuttingDown)
    let memory = memoryOfJobs()
    var reserved: [URL] = []
    var isWritten = false
    // Nobody knows of folders that were made for what was not written down; they are empty still.
    defer { if !isWritten { for folder in reserved { rmdir(folder.path) } } }
    let (state, actions) = try store.update(
      maxJobs: maxJobs, isShuttingDown: isLast, now: now
    ) { scheduler, unwanted in
      scheduler.count(seconds)
      var actions: [SchedulerAction] = []
      for (job, exit) in ended.sorted(by: { $0.key < $1.key }) {
        actions += scheduler.record(exit, of: job, at: now)
      }
      for job in unwanted { actions += scheduler.cancel(job) }
      if isLast { actions += scheduler.shutDown() }
      return try actions
        + scheduler.step(at: now, memory: memory, in: runs, reserving: &reserved)
    }
    (lastLook, isWritten) = (clock, true)
    hasMemoryBudgets = state.jobs.contains { $0.request.budget.memory != nil }
    exits = exits.filter { ended[$0.key] == nil }
    var wake = now + Self.longestSleepSeconds
    for action in actions {
      if case .wake(let date) = action { wake = min(wake, date) }
      carryOut(action, state)
    }
    for job in state.jobs {
      if ended[job.id] != nil, let note = job.note { say("Job \(job.id): \(note)") }
    }
    try tellHooks()
    return wake
  }

  private func carryOut(_ action: SchedulerAction, _ state: SchedulerState) {
    switch action {
    case .start(let id): launch(id, state, "runs in")
    case .resume(let id): launch(id, state, "goes on in")
    case .stop(let id, let cause):
      say("Job \(id) is asked to stop: \(cause.rawValue).")
      signal(SIGTERM, to: id)
    case .kill(let id):
      say("Job \(id) did not stop in time, and is ended by force.")
      signal(SIGKILL, to: id)
    case .end(let job):
      say("Job \(job.id): \(job.phase.name).\(job.note.map { " \($0)" } ?? "")")
      if job.checkout != nil { sweep() }
    case .skip(let instants):
      say("\(instants.schedule): \(instants.count) passed over, since \(instants.reason).")
    case .wake: return
    }
  }

  /// Removes checkouts that are not needed any more.
  private func sweep() {
    Task { [checkouts, say] in
      do {
        for line in try await checkouts.sweep() { say(line) }
      } catch {
        say("\(error)")
      }
    }
  }

  private func sleep(until wake: Date) -> Task<Void, Never> {
    let seconds = max(0, wake.timeIntervalSinceNow)
    return Task { [inbox] in
      do {
        try await Task.sleep(for: .seconds(seconds))
        inbox.yield(.look)
      } catch {
        return  // something else woke the daemon
      }
    }
  }
}
