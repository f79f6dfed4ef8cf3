import Foundation
import Runs
import Settings

/// What jobs need that are to start: a folder for their run, and the commit that they ask for.
extension Scheduler {
  /// Decides what is to be done now, and finds what those need that start.
  ///
  /// A job whose commit is not there is passed over, and its place given to another one.
  ///
  /// - Parameters:
  ///   - now: By the wall clock.
  ///   - memory: Bytes of running jobs that have a budget of it.
  ///   - runs: The folder of runs.
  ///   - reserved: Gets the folders that were made, so that they can be removed if nothing of this is
  ///     written down.
  /// - Returns: As ``step(at:memory:)``.
  /// - Throws: `RunError` where no folder can be made.
  mutating func step(
    at now: Date, memory: [Int: Int], in runs: URL, reserving reserved: inout [URL]
  ) throws -> [SchedulerAction] {
    var actions = step(at: now, memory: memory)
    var passedOver: [SchedulerAction] = []
    for case .start(let id) in actions {
      guard let index = state.jobs.firstIndex(where: { $0.id == id }) else { continue }
      let request = state.jobs[index].request
      do {
        state.jobs[index].checkout = try request.code?.checkout()
      } catch {
        actions.removeAll { $0 == .start(job: id) }
        passedOver += passOver(id, since: Self.reason(error))
        continue
      }
      let folder = try RunFolder.reserve(in: runs, name: request.name)
      reserved.append(folder)
      state.jobs[index].run = folder.lastPathComponent
    }
    guard !passedOver.isEmpty else { return actions }
    return try actions + passedOver + step(at: now, memory: memory, in: runs, reserving: &reserved)
  }

  /// An error as the end of a sentence.
  private static func reason(_ error: any Error) -> String {
    let text = "\(error)"
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }
}
