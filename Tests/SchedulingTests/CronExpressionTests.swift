import Digests
import Foundation
import Settings
import Testing

@testable import Scheduling

@Suite struct CronExpressionTests {
  /// A line of `Fixtures/instants.tsv`, which a Python script made minute by minute.
  struct Golden: CustomTestStringConvertible, Sendable {
    let expression: String
    let zone: String
    let year: Int
    let count: Int
    let digest: String
    /// Instants near a change of the clocks, in seconds since 1970.
    let near: [Int]
    var testDescription: String { "\(expression) in \(zone), \(year)" }

    init?(_ line: Substring) {
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 6, let year = Int(parts[2]), let count = Int(parts[3]) else {
        return nil
      }
      (expression, zone, self.year, self.count) = (parts[0], parts[1], year, count)
      digest = parts[4]
      near = parts[5].split(separator: " ").compactMap { Int($0) }
    }
  }

  static func golden() throws -> [Golden] {
    let file = try #require(
      Bundle.module.url(forResource: "instants", withExtension: "tsv", subdirectory: "Fixtures"))
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    return try lines.filter { !$0.hasPrefix("#") }.map { try #require(Golden($0)) }
  }

  @Test func `a year of instants is that of a clock that was watched minute by minute`() throws {
    let lines = try Self.golden()
    #expect(lines.count == 352)
    for line in lines {
      let expression = try CronExpression(parsing: line.expression)
      let zone = try #require(TimeZone(identifier: line.zone))
      let begin = CivilDay(year: line.year, month: 1, day: 1).daysSince1970 * 86_400
      let end = CivilDay(year: line.year + 1, month: 1, day: 1).daysSince1970 * 86_400
      var found: [Int] = []
      var date = Date(timeIntervalSince1970: Double(begin))
      while true {
        date = expression.next(after: date, in: zone)
        guard Int(date.timeIntervalSince1970) < end else { break }
        found.append(Int(date.timeIntervalSince1970))
      }
      #expect(Set(line.near).subtracting(found) == [], "\(line)")
      #expect(found.count == line.count, "\(line)")
      let text = found.map { "\($0)\n" }.joined()
      #expect(SHA256.hexadecimal(of: Array(text.utf8)) == line.digest, "\(line)")
    }
  }

  /// When an expression happens next, as in `2024-03-31T03:00:00+02:00`.
  private func instants(
    _ text: String, _ zone: String, after date: String, count: Int
  ) throws -> [String] {
    let zone = try #require(TimeZone(identifier: zone))
    var date = try Date(date, strategy: .iso8601)
    let expression = try CronExpression(parsing: text)
    return (0..<count).map { _ in
      date = expression.next(after: date, in: zone)
      return date.formatted(
        Date.ISO8601FormatStyle(timeZone: zone).year().month().day().time(
          includingFractionalSeconds: false
        ).timeZone(separator: .colon))
    }
  }

  @Test func `a time that does not exist happens once, when the clock has passed it`() throws {
    #expect(
      try instants("30 2 * * *", "Europe/Paris", after: "2024-03-30T00:00:00Z", count: 3) == [
        "2024-03-30T02:30:00+01:00", "2024-03-31T03:00:00+02:00", "2024-04-01T02:30:00+02:00",
      ])
    // Three times in the gap of half an hour, and one at its end, are one.
    #expect(
      try instants(
        "0,10,20,30 2 * * *", "Australia/Lord_Howe", after: "2024-10-05T14:00:00Z", count: 2) == [
          "2024-10-06T02:30:00+11:00", "2024-10-07T02:00:00+11:00",
        ])
  }

  @Test func `a time that occurs twice happens once, the first time`() throws {
    #expect(
      try instants("30 1 * * *", "America/New_York", after: "2024-11-03T00:00:00Z", count: 2) == [
        "2024-11-03T01:30:00-04:00", "2024-11-04T01:30:00-05:00",
      ])
  }

  @Test func `what happens in all hours follows elapsed time`() throws {
    #expect(
      try instants("*/30 * * * *", "Europe/Paris", after: "2024-10-27T00:20:00Z", count: 4) == [
        "2024-10-27T02:30:00+02:00", "2024-10-27T02:00:00+01:00", "2024-10-27T02:30:00+01:00",
        "2024-10-27T03:00:00+01:00",
      ])
  }

  @Test func `the day that Apia left out happens as the next one begins`() throws {
    #expect(
      try instants("0 2 * * *", "Pacific/Apia", after: "2011-12-28T20:00:00Z", count: 3) == [
        "2011-12-29T02:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T02:00:00+14:00",
      ])
  }

  @Test func `a rare day is found however far it is`() throws {
    // 2100 is no leap year: of 29 Februaries that are a Sunday, 2128 has the next after 2088.
    #expect(
      try instants("0 0 29 2 */7", "UTC", after: "2088-03-01T00:00:00Z", count: 1)
        == ["2128-02-29T00:00:00Z"])
  }

  @Test(arguments: [
    ("@hourly", "0 * * * *"), ("@daily", "0 0 * * *"), ("@WEEKLY", "0 0 * * SUN"),
    ("@monthly", "0 0 1 * *"), ("@yearly", "0 0 1 1 *"), ("0 0 * * 7", "0 0 * * 0"),
    ("0 0 * * FRI-SUN", "0 0 * * 5,6,0"), ("1,2,3-5 * * * *", "1-5 * * * *"),
    ("0 0 * * */2", "0 0 * * */2"), ("*\t*  * * *", "*/1 * * * *"),
  ])
  func `two ways to write it are one`(first: String, second: String) throws {
    let zone = "Europe/Paris"
    let start = "2024-02-10T11:11:11Z"
    #expect(
      try instants(first, zone, after: start, count: 40)
        == instants(second, zone, after: start, count: 40))
  }

  @Test(arguments: [
    ("0 25 * * *", "'0 25 * * *', character 3: '25' in the hour field"),
    ("60 * * * *", "it takes numbers from 0 to 59"),
    ("0 0 0 * *", "'0' in the day-of-month field"),
    ("0 0 * 13 *", "or a name such as JAN"),
    ("0 0 * * MOO", "'MOO' in the day-of-week field"),
    ("*/0 * * * *", "a step is a number from 1 to 60"),
    ("*/ * * * *", "a step is a number from 1 to 60"),
    ("5/15 * * * *", "write '5-59/15'"),
    ("50-10 * * * *", "a range goes upwards"),
    ("1,,2 * * * *", "character 3: ''"),
    ("0 0 - * *", "'' in the day-of-month field"),
    ("-1 * * * *", "character 1: ''"),
    ("٣ * * * *", "it takes numbers from 0 to 59"),
    ("0 0 30 2 *", "never happens"),
    ("0 0 31 4,6,9,11 *", "never happens"),
    ("0 2 * *", "has 4 fields"),
    ("0 0 2 * * *", "has 6 fields"),
    ("", "has 0 fields"),
    ("@dayly", "Did you mean '@daily'?"),
    ("@reboot", "The names are"),
    (String(repeating: "1,", count: 300), "at most 256 characters"),
  ])
  func `what is no expression is refused where it is wrong`(text: String, rule: String) {
    let error = #expect(throws: CronError.self) { try CronExpression(parsing: text) }
    #expect(error?.description.contains(rule) == true, "\(error?.description ?? "")")
  }

  @Test func `the last instant of a span is found without going through all`() throws {
    let zone = try #require(TimeZone(identifier: "America/New_York"))
    for text in ["* * * * *", "0 2 * * *", "0 0 29 2 *", "*/20 2 * 11 *"] {
      let expression = try CronExpression(parsing: text)
      let start = try Date("2023-10-01T03:04:05Z", strategy: .iso8601)
      for hours in [0.01, 1, 30, 1000, 9000] {
        let end = start.addingTimeInterval(hours * 3600)
        var last: Date?
        var next = expression.next(after: start, in: zone)
        while next <= end { (last, next) = (next, expression.next(after: next, in: zone)) }
        #expect(expression.last(after: start, through: end, in: zone) == last, "\(text) \(hours)")
      }
    }
  }

  @Test func `days of the calendar count as Foundation counts them`() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    for days in stride(from: -800_000, through: 2_000_000, by: 997) where days > -140_000 {
      let day = CivilDay(daysSince1970: days)
      let parts = calendar.dateComponents(
        [.year, .month, .day, .weekday], from: Date(timeIntervalSince1970: Double(days) * 86_400))
      #expect(
        day
          == CivilDay(
            year: try #require(parts.year), month: try #require(parts.month),
            day: try #require(parts.day)))
      #expect(day.weekday + 1 == parts.weekday)
      #expect(day.daysSince1970 == days)
    }
  }
}
