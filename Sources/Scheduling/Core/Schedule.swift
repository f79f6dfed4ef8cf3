package import Foundation
import Randomness

/// What happens where an instant comes and a job of the same schedule is not done.
package enum OverlapPolicy: String, Codable, CaseIterable, Sendable {
  /// The instant is passed over, with its reason on record.
  case skip
  /// Its job waits for the other one.
  case queue
  /// The other one is stopped after a checkpoint, and the new one begins.
  case replace
}

/// What happens to instants that passed while nobody looked: the machine slept, the daemon was down.
package enum MisfirePolicy: String, Codable, CaseIterable, Sendable {
  /// However many they are, the newest runs, once.
  case runOnce
  case skip
}

/// A pipeline that runs again and again.
package struct Schedule: Codable, Equatable, Sendable {
  /// Names the schedule, and the folders of its runs.
  package var name: String
  package var cron: CronExpression
  /// Whose wall clocks the expression and quiet hours are read on.
  package var zone: ScheduleZone
  package var job: JobRequest
  package var overlap = OverlapPolicy.skip
  package var misfire = MisfirePolicy.runOnce
  /// How late an instant may be seen and still count as on time.
  package var grace = TimeSpan(seconds: 60)
  /// An instant starts up to this much later, always the same for one instant.
  package var jitter = TimeSpan(seconds: 0)
  package var isPaused = false

  package init(name: String, cron: CronExpression, zone: ScheduleZone, job: JobRequest) {
    (self.name, self.cron, self.zone, self.job) = (name, cron, zone, job)
  }

  /// The first instant after `date`.
  package func next(after date: Date) -> Date { cron.next(after: date, in: zone.timeZone) }

  /// When the job of an instant starts at the earliest: jitter follows from name and instant, so
  /// it can be told before, and many schedules of one instant do not start at once.
  package func start(of instant: Date) -> Date {
    guard jitter.seconds > 0 else { return instant }
    let key = name.utf8.reduce(UInt64(0)) { CounterGenerator.mix($0 &+ UInt64($1) &+ 1) }
    let seconds = UInt64(bitPattern: Int64(instant.timeIntervalSince1970.rounded(.down)))
    var generator = CounterGenerator(keys: key, seconds)
    return instant.addingTimeInterval(Double(generator.integer(in: 0...jitter.seconds)))
  }

  /// Whether it names times of the day in a zone whose clocks are set now and then.
  var changesClocks: Bool {
    !cron.followsElapsedTime && zone.timeZone.nextDaylightSavingTimeTransition != nil
  }

  /// Refuses what cannot be, beyond what its parts refuse.
  ///
  /// - Throws: ``ScheduleError/invalid(key:value:rule:)``, or `RunError` for its name.
  package func validate() throws {
    let day = TimeSpan(seconds: 86_400)
    for (key, span) in [("jitter", jitter), ("grace", grace)] {
      guard span <= day else {
        throw ScheduleError.invalid(
          key: key, value: "\(span)", rule: "it must be at most a day (24h)")
      }
    }
    try job.validate()
  }
}
