package import Foundation
import Settings

/// A time zone by its name in the tz database, such as `Europe/Paris`.
package struct ScheduleZone: Codable, Hashable, Sendable, CustomStringConvertible {
  package let timeZone: TimeZone

  package static let utc = ScheduleZone(.gmt)

  private init(_ timeZone: TimeZone) { self.timeZone = timeZone }

  /// Finds a zone, with its past and future changes.
  ///
  /// - Throws: ``ScheduleError/unknownZone(name:nearest:)``.
  package init(named name: String) throws(ScheduleError) {
    guard let zone = Self.find(name) else {
      throw .unknownZone(
        name: name, nearest: closest(to: name, in: TimeZone.knownTimeZoneIdentifiers))
    }
    timeZone = zone
  }

  /// The zone of this machine, by `TZ` or `/etc/localtime`; UTC where that is no place.
  package static var current: ScheduleZone {
    find(TimeZone.current.identifier).map { ScheduleZone($0) } ?? .utc
  }

  /// Only places: of names such as `GMT+2`, Foundation makes zones that never change their clocks.
  private static func find(_ name: String) -> TimeZone? {
    if name == "UTC" || name == "GMT" { return .gmt }
    guard name.contains("/"), name.utf8.count <= 64 else { return nil }
    return TimeZone(identifier: name)
  }

  package var description: String { timeZone == .gmt ? "UTC" : timeZone.identifier }

  /// An instant as the zone's clocks show it, with the offset: `2024-03-31T03:00:00+02:00`.
  package func text(_ date: Date) -> String {
    date.formatted(
      Date.ISO8601FormatStyle(timeZone: timeZone).year().month().day()
        .time(includingFractionalSeconds: false).timeZone(separator: .colon))
  }

  package init(from decoder: any Decoder) throws {
    try self.init(named: decoder.singleValueContainer().decode(String.self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
