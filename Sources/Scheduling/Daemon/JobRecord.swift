package import Foundation
import Registry

/// A job with what only its row knows.
package struct JobRecord: Sendable {
  package let job: Job
  package let process: Int32?
  package let started: Date?
  package let ended: Date?
  package let hook: String?

  init(_ entry: JobEntry) throws {
    job = try ScheduleStore.job(entry)
    (process, hook) = (entry.process, entry.hook)
    started = entry.started.map { Date(timeIntervalSince1970: $0) }
    ended = entry.ended.map { Date(timeIntervalSince1970: $0) }
  }
}
