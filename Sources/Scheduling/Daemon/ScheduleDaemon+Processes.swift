import Foundation
import Glibc
import Runs
import Settings

/// The processes of jobs: started, watched, signalled, and taken over from an earlier daemon.
extension ScheduleDaemon {
  /// Seconds between two looks at a process that an earlier daemon started.
  private static let adoptedLookSeconds = 2.0

  func launch(_ id: Int, _ state: SchedulerState, _ verb: String) {
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
  func signal(_ number: Int32, to job: Int) {
    guard let process = watched[job] ?? nil else {
      if watched[job] != nil { unsent[job] = number }
      return
    }
    // It fails only where the process is gone, and then its end is on its way.
    _ = kill(number == SIGKILL ? -process : process, number)
  }

  /// Takes over jobs that an earlier daemon started: those at work are watched, the others ended.
  func adopt() throws {
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

  func memoryOfJobs() -> [Int: Int] {
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
}
