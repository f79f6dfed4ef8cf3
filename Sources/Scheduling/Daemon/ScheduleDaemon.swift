package import Foundation
import Glibc
package import Registry
import Runs
import Settings

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
  /// Seconds between two looks at a process that an earlier daemon started.
  private static let adoptedLookSeconds = 2.0
  /// Hooks' commands at work at one time.
  private static let maxHooks = 8

  private let runs: URL
  private let store: ScheduleStore
  private let process: JobProcess
  private let checkouts: JobCheckouts
  private let maxJobs: Int
  private let say: @Sendable (String) -> Void
  private let events: AsyncStream<Event>
  private let inbox: AsyncStream<Event>.Continuation
  /// Jobs whose processes are watched, with the process where it is known.
  private var watched: [Int: Int32?] = [:]
  /// Signals for processes that are not known yet.
  private var unsent: [Int: Int32] = [:]
  /// Ends that are not written down yet.
  private var exits: [Int: JobExit] = [:]
  /// Commands that are being told, by job.
  private var hooks: [Int: Task<Void, Never>] = [:]
  private var isShuttingDown = false
  /// Whether a job at work has a budget of memory.
  private var hasMemoryBudgets = false
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

  // MARK: - Processes

  private func launch(_ id: Int, _ state: SchedulerState, _ verb: String) {
    guard let job = state.jobs.first(where: { $0.id == id }), let run = job.run else { return }
    let code = job.checkout.map { " with commit \($0.commit.prefix(12))" } ?? ""
    say("Job \(id): \(job.request.name) \(verb) \(run)\(code).")
    if let remark = job.checkout?.remark { say("Job \(id): \(remark)") }
    let folder = runs.appending(path: run)
    watched[job.id] = .some(nil)
    Task { [process, checkouts, inbox] in
      do {
        let place = try await checkouts.place(of: job)
        let exit = await process.run(job.request, at: place, in: folder) { id in
          await self.started(job.id, process: id)
        }
        inbox.yield(.ended(job: job.id, exit))
      } catch {
        inbox.yield(
          .ended(job: job.id, .crashed(reason: "its commit cannot be checked out: \(error)")))
      }
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

  private func started(_ job: Int, process: Int32) {
    watched[job] = process
    if let number = unsent.removeValue(forKey: job) { signal(number, to: job) }
    do {
      try store.setProcess(process, of: job)
    } catch {
      say("\(error)")  // it is found by its locks all the same
    }
  }

  /// Asks the program alone to stop, since its verifiers are still needed for the round; ends its
  /// whole session by force.
  private func signal(_ number: Int32, to job: Int) {
    guard let process = watched[job] ?? nil else {
      if watched[job] != nil { unsent[job] = number }
      return
    }
    // It fails only where the process is gone, and then its end is on its way.
    _ = kill(number == SIGKILL ? -process : process, number)
  }

  /// Takes over jobs that an earlier daemon started: those at work are watched, the others ended.
  private func adopt() throws {
    try store.recomputeNext()
    for record in try store.jobs(done: 0) where record.job.phase.isActive {
      let job = record.job
      guard let run = job.run else {
        exits[job.id] = .notBegun
        continue
      }
      let folder = runs.appending(path: run)
      guard JobProcess.isAlive(in: folder) else {
        exits[job.id] = JobProcess.exit(in: folder)
        continue
      }
      watched[job.id] = .some(record.process)
      say("Job \(job.id) is still at work in \(run).")
      // The daemon before may have ended after it wrote this down, and before it asked.
      if case .stopping(_, _, let isForced) = job.phase {
        signal(isForced ? SIGKILL : SIGTERM, to: job.id)
      }
      follow(job.id, in: folder)
    }
  }

  /// Waits for the end of a process that an earlier daemon started, and finds out which one it is
  /// where that daemon could not write it down.
  private func follow(_ job: Int, in folder: URL) {
    identify(job, in: folder)
    Task { [inbox] in
      while JobProcess.isAlive(in: folder) {
        try await Task.sleep(for: .seconds(Self.adoptedLookSeconds))
        identify(job, in: folder)
      }
      inbox.yield(.ended(job: job, JobProcess.exit(in: folder)))
    }
  }

  private func identify(_ job: Int, in folder: URL) {
    guard let known = watched[job], known == nil else { return }
    do {
      if let process = try RunLock.holder(of: folder) { started(job, process: process) }
    } catch {
      say("\(error)")  // the next look may find it
    }
  }

  private func memoryOfJobs() -> [Int: Int] {
    let processes = watched.compactMapValues { $0 }
    guard hasMemoryBudgets, !processes.isEmpty else { return [:] }
    do {
      let tree = try ProcessTree()
      return processes.mapValues(tree.residentBytes)
    } catch {
      say("The memory of jobs cannot be looked at: \(failureReason(error)).")
      return [:]
    }
  }

  // MARK: - Around

  /// Tells commands of jobs that have ended, also of those that a daemon before left untold.
  private func tellHooks() throws {
    guard hooks.count < Self.maxHooks else { return }
    for job in try store.hooksDue(limit: Self.maxHooks)
    where hooks[job.id] == nil && hooks.count < Self.maxHooks {
      tellHook(of: job)
    }
  }

  private func tellHook(of job: Job) {
    guard case .ended(let outcome) = job.phase else { return }
    let hook = JobHook(words: job.request.hook, folder: job.request.folder)
    let end = HookMessage(job, outcome: outcome, runs: runs)
    let messages = promotions(of: job).map { HookMessage($0, of: job, runs: runs) } + [end]
    hooks[job.id] = Task { record(await hook.run(messages), ofHookFor: job.id) }
  }

  /// What the job's run promoted, however the job ended.
  private func promotions(of job: Job) -> [PromotionEntry] {
    do {
      return try store.promotions(of: job)
    } catch {
      say("\(error)")  // the job's end is told all the same
      return []
    }
  }

  private func record(_ result: String, ofHookFor job: Int) {
    do {
      try store.setHook(result, of: job)
      hooks[job] = nil
      inbox.yield(.look)  // others may be waiting to be told
    } catch {
      say("\(error) The next daemon tells the hook of job \(job) again.")
    }
    if result != JobHook.done { say("Job \(job): its hook: \(result).") }
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

  // MARK: - One daemon a folder

  /// Where the daemon of a folder of runs has its lock.
  private static func folder(in runs: URL) -> URL { runs.appending(path: ".daemon") }

  private static func lock(_ runs: URL) throws -> RunLock {
    let folder = folder(in: runs)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    do {
      return try RunLock(of: folder)
    } catch RunError.inUse(_, let process) {
      throw ScheduleError.daemonAtWork(runs: runs.relativePath, processID: process)
    }
  }

  /// The process of the daemon that has a folder of runs.
  package static func process(in runs: URL) throws -> Int32? {
    try RunLock.holder(of: folder(in: runs))
  }

  /// Wakes the daemon that has a folder of runs, where there is one.
  ///
  /// - Returns: Whether there is.
  package static func tell(in runs: URL) throws -> Bool {
    guard let process = try process(in: runs) else { return false }
    return kill(process, SIGHUP) == 0
  }
}
