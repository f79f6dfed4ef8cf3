import Foundation
import Registry

/// The commands that are told how jobs ended.
extension ScheduleDaemon {
  /// Hooks' commands at work at one time.
  private static let maxHooks = 8

  /// Tells commands of jobs that have ended, also of those that a daemon before left untold.
  func tellHooks() throws {
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
}
