import Foundation

extension JobRequest {
  /// Whether nothing of it may start at `date`.
  func isQuiet(_ date: Date) -> Bool { quiet?.contain(date, in: zone) ?? false }
}

extension Job {
  /// Adds to the time at work, and to the time in which it was to stop.
  mutating func count(_ seconds: Double) {
    guard phase.isActive else { return }
    usedSeconds += seconds
    if case .stopping(let cause, let stopping, let isForced) = phase {
      phase = .stopping(cause, seconds: stopping + seconds, isForced: isForced)
    }
  }

  /// Brings back a wait that was counted on a clock which has been set back since.
  mutating func shortenWait(at now: Date) {
    guard case .waiting(let until) = phase else { return }
    let longest = failures == 0 ? 0 : request.retries.delay(afterFailure: failures).seconds
    phase = .waiting(until: min(until, now + Double(longest)))
  }

  /// What becomes of it after its process ended.
  mutating func end(_ exit: JobExit, at now: Date) {
    switch (phase, exit) {
    case (_, .succeeded):
      (phase, note) = (.ended(.succeeded), nil)
    case (_, .badUsage):
      (phase, note) = (.ended(.badUsage), exit.text)
    case (.stopping(let cause, _, _), _):
      if let outcome = cause.outcome {
        phase = .ended(outcome)
        note = note ?? "It was stopped: \(outcome.rawValue)."
      } else {
        phase = .waiting(until: now)
        if cause == .shutdown { note = "It was stopped as the daemon ended; the next one goes on." }
      }
    case (_, .notBegun):
      (phase, note) = (.waiting(until: now), exit.text)
    case (_, .interrupted), (_, .failed), (_, .crashed):
      failures += 1
      let retries = request.retries
      guard failures <= retries.limit else {
        (phase, note) = (.ended(.failed), exit.text)
        return
      }
      let delay = retries.delay(afterFailure: failures)
      phase = .waiting(until: now + Double(delay.seconds))
      note = "\(exit.text) Attempt \(failures + 1) of \(retries.limit + 1) follows after \(delay)."
    }
  }
}
