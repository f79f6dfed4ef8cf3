import Foundation
import Testing

@testable import Scheduling

@Suite struct TimeSpanTests {
  @Test(arguments: [
    ("90s", 90, "1m30s"), ("6h", 21_600, "6h"), ("1h30m", 5400, "1h30m"), ("2d", 172_800, "2d"),
    ("0s", 0, "0s"), ("365d", 31_536_000, "365d"),
  ])
  func `spans are read and written`(text: String, seconds: Int, shown: String) {
    #expect(TimeSpan(text)?.seconds == seconds)
    #expect(TimeSpan(seconds: seconds).description == shown)
  }

  @Test(arguments: [
    "", "6", "h", "6 h", "30m1h", "1h1h", "-1h", "1.5h", "366d", "9999999999s", "٦h",
  ])
  func `what is no span is refused`(text: String) { #expect(TimeSpan(text) == nil) }

  @Test(arguments: [
    ("8GiB", 8 << 30, "8GiB"), ("500MB", 500_000_000, "500MB"), ("1536MiB", 1536 << 20, "1536MiB"),
    ("7", 7, "7B"),
  ])
  func `sizes are read and written`(text: String, bytes: Int, shown: String) {
    #expect(ByteSize(text)?.bytes == bytes)
    #expect(ByteSize(text)?.description == shown)
  }

  @Test(arguments: ["", "0", "GiB", "8 GiB", "8gib", "-1", "9999999999999999999", "99999999TiB"])
  func `what is no size is refused`(text: String) { #expect(ByteSize(text) == nil) }

  @Test(arguments: ["", "8-18", "08:00", "24:00-01:00", "08:00-08:00", "08:00-18:60", "08:00-1800"])
  func `what are no quiet hours is refused`(text: String) {
    #expect(throws: ScheduleError.notQuietHours(text: text)) { try QuietHours(parsing: text) }
  }

  @Test func `quiet hours go over midnight, and over clocks that are set`() throws {
    let paris = try ScheduleZone(named: "Europe/Paris")
    let quiet = try QuietHours(parsing: "22:30-02:30")
    for (moment, isQuiet) in [
      ("2024-03-30T21:29:00Z", false), ("2024-03-30T21:30:00Z", true),
      // 02:30 does not exist in this night: it is over as the clock passes it, at 03:00.
      ("2024-03-31T00:59:59Z", true), ("2024-03-31T01:00:00Z", false),
    ] {
      #expect(try quiet.contain(date(moment), in: paris) == isQuiet, "\(moment)")
    }
  }

  @Test(arguments: ["", "Paris", "Europe/Pari", "GMT+2", "../etc/passwd", "Mars/Olympus"])
  func `a zone is a place that is known`(name: String) {
    #expect(throws: ScheduleError.self) { try ScheduleZone(named: name) }
  }

  @Test func `a zone is written as the tz database names it`() throws {
    let zone = try ScheduleZone(named: "Australia/Lord_Howe")
    #expect(try zone.text(date("2024-01-01T00:00:00Z")) == "2024-01-01T11:00:00+11:00")
    let data = try JSONEncoder().encode([zone, .utc])
    #expect(String(decoding: data, as: UTF8.self) == #"["Australia\/Lord_Howe","UTC"]"#)
    #expect(try JSONDecoder().decode([ScheduleZone].self, from: data) == [zone, .utc])
  }
}
