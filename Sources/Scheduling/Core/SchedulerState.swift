package import Foundation

/// All that a ``Scheduler`` decides by, and all that it changes.
package struct SchedulerState: Codable, Equatable, Sendable {
  package var schedules: [ScheduleProgress]
  /// Those that have not ended.
  package var jobs: [Job]
  /// The least number that no job has had.
  package var nextJobID: Int
  /// Jobs at work at one time.
  package var maxJobs: Int
  /// Whether the daemon is about to end: nothing starts any more.
  package var isShuttingDown = false

  package init(
    schedules: [ScheduleProgress] = [], jobs: [Job] = [], nextJobID: Int = 1, maxJobs: Int = 1
  ) {
    precondition(maxJobs > 0, "at most \(maxJobs) jobs: nothing could ever start")
    (self.schedules, self.jobs) = (schedules, jobs)
    (self.nextJobID, self.maxJobs) = (nextJobID, maxJobs)
  }
}

/// A schedule, and how far its instants are decided.
package struct ScheduleProgress: Codable, Equatable, Sendable {
  package var schedule: Schedule
  /// Up to here, this instant included, each has a job or was passed over with a reason.
  package var decidedThrough: Date
  /// The first after ``decidedThrough``.
  package var next: Date
  /// Instants to come that have a job already, from before the clock was set back.
  package var taken: Set<Date> = []

  /// A schedule whose instants begin after `date`.
  package init(_ schedule: Schedule, after date: Date) {
    self.schedule = schedule
    decidedThrough = date
    next = schedule.next(after: date)
  }

  /// One that was written down.
  package init(_ schedule: Schedule, decidedThrough: Date, next: Date, taken: Set<Date> = []) {
    (self.schedule, self.decidedThrough) = (schedule, decidedThrough)
    (self.next, self.taken) = (next, taken)
  }

  /// When there is something to decide; `nil` for a schedule that is paused.
  package var due: Date? { schedule.isPaused ? nil : schedule.start(of: next) }

  /// Begins again after `now`, as a new schedule would.
  mutating func beginAgain(after now: Date) {
    decidedThrough = now
    next = schedule.next(after: now)
  }

  /// Goes to the next instant.
  mutating func advance() {
    decidedThrough = next
    next = schedule.next(after: next)
  }
}

/// Instants of a schedule that were passed over, and why.
package struct SkippedInstants: Codable, Equatable, Sendable {
  package let schedule: String
  package let first: Date
  package let last: Date
  /// How many, both included.
  package let count: Int
  /// Whether there may be more than were counted.
  package let isAtLeast: Bool
  package let reason: String

  init(
    schedule: String, first: Date, last: Date, count: Int, isAtLeast: Bool = false, reason: String
  ) {
    (self.schedule, self.first, self.last) = (schedule, first, last)
    (self.count, self.isAtLeast, self.reason) = (count, isAtLeast, reason)
  }
}

/// What is to be done after a step, in this order.
package enum SchedulerAction: Equatable, Sendable {
  /// Nothing is to be done, but it is to be known.
  case skip(SkippedInstants)
  /// A job has ended, and will not go on.
  case end(Job)
  /// Ask the job's processes to stop after a checkpoint.
  case stop(job: Int, StopCause)
  /// End them by force.
  case kill(job: Int)
  /// Start the job's process for the first time.
  case start(job: Int)
  /// Start it again, from where its run is.
  case resume(job: Int)
  /// Step again at this moment at the latest.
  case wake(at: Date)
}
