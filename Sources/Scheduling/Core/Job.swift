package import Foundation

/// One thing to do: an instant of a schedule, or what somebody put into the queue.
package struct Job: Codable, Equatable, Sendable, Identifiable {
  package let id: Int
  /// The schedule it is of; nil where it was put into the queue.
  package let schedule: String?
  /// The schedule's instant, or when it was put into the queue.
  package let instant: Date
  package let request: JobRequest
  package var phase = JobPhase.waiting(until: .distantPast)
  /// Whether a process was ever started for it.
  package var hasStarted = false
  /// Ends that were not as they should be.
  package var failures = 0
  /// Time at work, over all attempts.
  package var usedSeconds = 0.0
  /// Its run's folder in the folder of runs, once it has started.
  package var run: String?
  /// What it runs with, where its request names a commit, once it has started.
  package var checkout: JobCheckout?
  /// What was said about it last: why it waits, or how its last attempt ended.
  package var note: String?

  package init(id: Int, schedule: String?, instant: Date, request: JobRequest) {
    (self.id, self.schedule, self.instant, self.request) = (id, schedule, instant, request)
  }
}

/// How far a job is.
package enum JobPhase: Codable, Equatable, Sendable {
  /// It may start, or go on, from a moment on.
  case waiting(until: Date)
  case running
  /// It was asked to stop; `isForced` once it was killed.
  case stopping(StopCause, seconds: Double, isForced: Bool)
  case ended(JobOutcome)

  /// Whether a process is at work on it.
  package var isActive: Bool {
    switch self {
    case .running, .stopping: true
    case .waiting, .ended: false
    }
  }

  /// In one word.
  package var name: String {
    switch self {
    case .waiting: "waiting"
    case .running: "running"
    case .stopping: "stopping"
    case .ended(let outcome): outcome.rawValue
    }
  }
}

/// Why a job is asked to stop.
package enum StopCause: String, Codable, CaseIterable, Sendable {
  case timeBudget
  case memoryBudget
  case quietHours
  /// A newer instant of its schedule takes its place.
  case replaced
  /// Its user no longer wants it.
  case cancelled
  /// The daemon ends; another one goes on.
  case shutdown

  /// What the job is once it has stopped; nil where it goes on later.
  var outcome: JobOutcome? {
    switch self {
    case .timeBudget: .overTime
    case .memoryBudget: .overMemory
    case .replaced: .replaced
    case .cancelled: .cancelled
    case .quietHours, .shutdown: nil
    }
  }
}

/// How a job ended.
package enum JobOutcome: String, Codable, CaseIterable, Sendable {
  case succeeded
  /// After all its attempts.
  case failed
  /// By what the user wrote, which no further attempt mends.
  case badUsage
  case overTime
  case overMemory
  case replaced
  case cancelled
  /// It could not start: the commit that it asks for is not there.
  case skipped
}

/// How a process ended.
package enum JobExit: Codable, Equatable, Sendable {
  case succeeded
  /// Exit code 64.
  case badUsage
  /// Exit code 130, or ended by the SIGTERM that asked it to stop: a checkpoint is there, or
  /// nothing was done yet.
  case interrupted
  /// Another exit code, with the reason that the run's folder gives.
  case failed(code: Int32, reason: String?)
  /// Its daemon ended before it made a process: the job is as it was.
  case notBegun
  /// Ended by a signal, or gone when the daemon came back: killed, out of memory, power lost.
  case crashed(reason: String)

  /// The exit of a process.
  package init(code: Int32, reason: String?) {
    self =
      switch code {
      case 0: .succeeded
      case 64: .badUsage
      case 130: .interrupted
      default: .failed(code: code, reason: reason)
      }
  }

  /// As a sentence.
  package var text: String {
    let text =
      switch self {
      case .succeeded: "It succeeded"
      case .badUsage: "Its pipeline or settings are wrong (exit code 64)"
      case .interrupted: "It was interrupted"
      case .notBegun: "It was about to start as the daemon ended"
      case .failed(let code, let reason):
        "It failed with exit code \(code)\(reason.map { ": \($0)" } ?? "")"
      case .crashed(let reason): "It crashed: \(reason)"
      }
    return text.hasSuffix(".") ? text : text + "."
  }
}
