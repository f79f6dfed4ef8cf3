import Foundation

/// What the clocks of a time zone show, in whole seconds since 1970: `instant` in UTC, `local` as
/// if the wall clock were UTC's.
struct ZoneClock {
  /// No clock is further from UTC, nor jumps further, than this: Pacific/Apia left out a day.
  private static let farthestSeconds = 26 * 3600

  private let zone: TimeZone

  init(_ zone: TimeZone) { self.zone = zone }

  /// What the clock shows at an instant.
  func local(at instant: Int) -> Int { instant + offset(at: instant) }

  /// Seconds that the clock is ahead of UTC.
  func offset(at instant: Int) -> Int {
    zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant)))
  }

  /// The next instant at which the offset changes.
  func transition(after instant: Int) -> Int? {
    zone.nextDaylightSavingTimeTransition(after: Date(timeIntervalSince1970: Double(instant)))
      .map { Int($0.timeIntervalSince1970.rounded(.down)) }
      .flatMap { $0 > instant ? $0 : nil }
  }

  /// The first instant at which the clock shows `local`, or has jumped over it.
  ///
  /// So a time that does not exist is the end of the gap it lies in, and of a time that occurs
  /// twice it is the first.
  func firstInstant(showing local: Int) -> Int {
    var instant = local - Self.farthestSeconds
    while true {
      let reached = local - offset(at: instant)
      guard let transition = transition(after: instant), transition <= reached else {
        return reached
      }
      if self.local(at: transition) >= local { return transition }
      instant = transition
    }
  }

  /// The least local time that the clock has not shown up to an instant, that one included.
  func firstUnshown(at instant: Int) -> Int {
    var unshown = local(at: instant) + 1
    var past = instant - Self.farthestSeconds
    while let transition = transition(after: past), transition <= instant {
      // Just before it the clock had come up to here; if it was set back, that is still the most.
      unshown = max(unshown, transition + offset(at: transition - 1))
      past = transition
    }
    return unshown
  }
}
