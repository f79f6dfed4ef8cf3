package import Foundation
import Settings

/// When something happens again and again, in the five fields of cron.
///
/// `minute hour day-of-month month day-of-week`, each a list of numbers, names, ranges and steps,
/// or one of `@hourly @daily @midnight @weekly @monthly @yearly @annually`. Where both fields of
/// days are restricted (neither begins with `*`), either will do, as in Vixie's cron.
///
/// Clocks that are set forward or back are met by two rules:
///
/// - An expression whose hours are all hours (`*/15 * * * *`) follows elapsed time: it happens at
///   every minute whose label on the wall clock fits, so in an hour that occurs twice it happens
///   twice as often, and in one that does not exist, not at all.
/// - Every other one names times of the day. Each happens exactly once: a time that does not exist
///   at the end of the gap (several there are one), a time that occurs twice at the first.
package struct CronExpression: Hashable, Sendable, CustomStringConvertible {
  /// Characters that an expression may have.
  package static let maxCharacters = 256

  /// As it was written.
  package let description: String
  /// Its five fields, without a macro.
  let fields: String
  let minutes: CronField
  let hours: CronField
  let days: CronField
  let months: CronField
  let weekdays: CronField

  private static let macros = [
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
  ]

  /// Parses an expression.
  ///
  /// - Throws: ``CronError``, with the place; ``CronError/neverHappens(text:)`` for `0 0 30 2 *`.
  package init(parsing text: String) throws(CronError) {
    guard text.count <= Self.maxCharacters else {
      throw .tooLong(characters: text.count, limit: Self.maxCharacters)
    }
    var fields = text
    if text.hasPrefix("@") {
      guard let macro = Self.macros[text.lowercased()] else {
        let known = Self.macros.keys.sorted()
        throw .unknownMacro(text: text, known: known, nearest: closest(to: text, in: known))
      }
      fields = macro
    }
    let parts = fields.split(whereSeparator: { $0 == " " || $0 == "\t" })
    guard parts.count == 5 else { throw .wrongFieldCount(text: text, count: parts.count) }
    func field(_ index: Int, _ kind: CronField.Kind) throws(CronError) -> CronField {
      let offset = fields.distance(from: fields.startIndex, to: parts[index].startIndex)
      return try CronField(parsing: parts[index], kind, offset: offset, of: text)
    }
    description = text
    self.fields = parts.joined(separator: " ")
    minutes = try field(0, .minute)
    hours = try field(1, .hour)
    days = try field(2, .day)
    months = try field(3, .month)
    weekdays = try field(4, .weekday)
    guard firstTime(atOrAfter: 0) != nil else { throw .neverHappens(text: text) }
  }

  /// Every day at a minute since midnight, in `0..<1440`.
  init(dailyAtMinute minute: Int) throws(CronError) {
    try self.init(parsing: "\(minute % 60) \(minute / 60) * * *")
  }

  /// The first instant after `date`.
  package func next(after date: Date, in zone: TimeZone) -> Date {
    let instant = Int(date.timeIntervalSince1970.rounded(.down))
    let clock = ZoneClock(zone)
    let next =
      followsElapsedTime ? nextLabel(after: instant, clock) : nextTime(after: instant, clock)
    return Date(timeIntervalSince1970: Double(next))
  }

  /// The last instant in `(after, end]`, found by halving, however many there are.
  package func last(after: Date, through end: Date, in zone: TimeZone) -> Date? {
    guard after < end, next(after: after, in: zone) <= end else { return nil }
    var (low, high) = (after.timeIntervalSince1970, end.timeIntervalSince1970)
    while high - low > 30 {  // two instants are at least a minute apart, or at a transition
      let middle = ((low + high) / 2).rounded(.down)
      let hasMore = next(after: Date(timeIntervalSince1970: middle), in: zone) <= end
      (low, high) = hasMore ? (middle, high) : (low, middle)
    }
    return next(after: Date(timeIntervalSince1970: low), in: zone)
  }

  /// Whether it goes by elapsed time where a clock is set forward or back.
  var followsElapsedTime: Bool { hours.count == 24 }

  /// Whether a day that fits one of the two fields of days will do.
  var takesEitherDay: Bool { !days.beginsWithStar && !weekdays.beginsWithStar }

  // MARK: - Wall clocks

  private func nextTime(after instant: Int, _ clock: ZoneClock) -> Int {
    clock.firstInstant(showing: existing(atOrAfter: clock.firstUnshown(at: instant)))
  }

  private func nextLabel(after instant: Int, _ clock: ZoneClock) -> Int {
    var instant = instant + 1
    while true {
      let offset = clock.offset(at: instant)
      let next = existing(atOrAfter: instant + offset) - offset
      guard let transition = clock.transition(after: instant), transition <= next else {
        return next
      }
      instant = transition
    }
  }

  private func existing(atOrAfter local: Int) -> Int {
    guard let time = firstTime(atOrAfter: local) else {
      preconditionFailure("'\(description)' was checked to happen, but not after \(local)")
    }
    return time
  }

  // MARK: - The calendar

  /// The first time that fits, in seconds since 1970 on a clock that is never set.
  private func firstTime(atOrAfter local: Int) -> Int? {
    let minute = floorDivided(local + 59, 60).quotient
    let (day, minuteOfDay) = floorDivided(minute, 1440)
    var date = CivilDay(daysSince1970: day)
    if fits(date), let time = firstMinute(atOrAfter: minuteOfDay) {
      return day * 86_400 + time * 60
    }
    guard let first = firstMinute(atOrAfter: 0), let next = dayThatFits(after: date) else {
      return nil
    }
    date = next
    return date.daysSince1970 * 86_400 + first * 60
  }

  /// The first minute of a day that fits, in `0..<1440`.
  private func firstMinute(atOrAfter minuteOfDay: Int) -> Int? {
    let (hour, minute) = (minuteOfDay / 60, minuteOfDay % 60)
    if hours.contains(hour), let minute = minutes.first(atLeast: minute) {
      return hour * 60 + minute
    }
    guard let hour = hours.first(atLeast: hour + 1), let minute = minutes.first(atLeast: 0) else {
      return nil
    }
    return hour * 60 + minute
  }

  /// The next day that fits; `nil` where there is none in a century, so in none: the longest that
  /// one must wait is 40 years, for a 29 February on one day of the week around a year such as 2100.
  private func dayThatFits(after date: CivilDay) -> CivilDay? {
    var date = date
    let lastYear = date.year + 100
    while date.year <= lastYear {
      guard months.contains(date.month), date.day < date.daysInMonth else {
        // The first of the next month that fits is tried from the day before it.
        if let month = months.first(atLeast: date.month + 1) {
          date = CivilDay(year: date.year, month: month, day: 0)
        } else {
          let month = months.first(atLeast: 1) ?? 1
          date = CivilDay(year: date.year + 1, month: month, day: 0)
        }
        continue
      }
      date.day += 1
      if fits(date) { return date }
    }
    return nil
  }

  private func fits(_ date: CivilDay) -> Bool {
    guard months.contains(date.month) else { return false }
    let (day, weekday) = (days.contains(date.day), weekdays.contains(date.weekday))
    return takesEitherDay ? day || weekday : day && weekday
  }
}

extension CronExpression: Codable {
  package init(from decoder: any Decoder) throws {
    try self.init(parsing: decoder.singleValueContainer().decode(String.self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
