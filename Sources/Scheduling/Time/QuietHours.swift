package import Foundation

/// Hours of each day in which nothing starts, by the wall clocks of a zone: `08:00-18:00`.
///
/// They may go over midnight. Where clocks are set, their ends keep the rule of
/// ``CronExpression``.
package struct QuietHours: Hashable, Sendable, CustomStringConvertible {
  /// As it was written.
  package let description: String
  private let begin: CronExpression
  private let end: CronExpression

  /// Parses `HH:MM-HH:MM`.
  ///
  /// - Throws: ``ScheduleError/notQuietHours(text:)``.
  package init(parsing text: String) throws(ScheduleError) {
    let minutes = text.split(separator: "-", omittingEmptySubsequences: false).map(Self.minute)
    guard minutes.count == 2, let first = minutes[0], let second = minutes[1], first != second
    else { throw .notQuietHours(text: text) }
    do {
      begin = try CronExpression(dailyAtMinute: first)
      end = try CronExpression(dailyAtMinute: second)
    } catch {
      throw .notQuietHours(text: text)
    }
    description = text
  }

  /// Whether it is quiet at `date`: the next thing to happen is the end.
  package func contain(_ date: Date, in zone: ScheduleZone) -> Bool {
    nextEnd(after: date, in: zone) < nextBegin(after: date, in: zone)
  }

  package func nextBegin(after date: Date, in zone: ScheduleZone) -> Date {
    begin.next(after: date, in: zone.timeZone)
  }

  package func nextEnd(after date: Date, in zone: ScheduleZone) -> Date {
    end.next(after: date, in: zone.timeZone)
  }

  private static func minute(_ text: Substring) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy(\.isNumber) }),
      let hour = Int(parts[0]), let minute = Int(parts[1]), (0...23).contains(hour),
      (0...59).contains(minute)
    else { return nil }
    return hour * 60 + minute
  }
}

extension QuietHours: Codable {
  package init(from decoder: any Decoder) throws {
    try self.init(parsing: decoder.singleValueContainer().decode(String.self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
