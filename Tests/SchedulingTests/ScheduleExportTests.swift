import Foundation
import Testing

@testable import Scheduling

@Suite struct ScheduleExportTests {
  private func export(_ change: (inout Schedule) -> Void = { _ in }) throws -> ScheduleExport {
    var schedule = try Schedule.example("nightly", "0 2 * * MON-FRI")
    schedule.job.pipeline = "/home/a b/p'q.yaml"
    schedule.job.folder = "/home/a b"
    schedule.job.overrides = ["policy.system=50% off; rm -rf \"$HOME\""]
    change(&schedule)
    return ScheduleExport(schedule, program: "/opt/hone", runs: "/home/a b/runs")
  }

  @Test func `a crontab line is read back by a shell as the same words`() throws {
    let text = try export().text(.cron)
    #expect(text.contains("\nCRON_TZ=Europe/Paris\n"))
    let line = try #require(text.split(separator: "\n").last)
    #expect(line.hasPrefix("0 2 * * 1-5 cd '/home/a b' && exec /opt/hone run "))
    // cron turns \% into %, and then a shell reads the rest.
    let command = line.dropFirst("0 2 * * 1-5 ".count).replacing("\\%", with: "%")
    #expect(
      try ShellWords.split(String(command)) == [
        "cd", "/home/a b", "&&", "exec", "/opt/hone", "run", "/home/a b/p'q.yaml", "--set",
        "policy.system=50% off; rm -rf \"$HOME\"", "--runs", "/home/a b/runs",
      ])
    #expect(!line.dropFirst(16).replacing("\\%", with: "").contains("%"))
  }

  @Test func `a systemd unit escapes what systemd would expand`() throws {
    let text = try export { $0.job.budget.time = TimeSpan("6h") }.text(.systemd)
    #expect(text.contains("OnCalendar=Mon,Tue,Wed,Thu,Fri *-*-* 02:00:00 Europe/Paris\n"))
    #expect(text.contains(#"--set "policy.system=50%% off; rm -rf \"$$HOME\"""#))
    #expect(text.contains("WorkingDirectory=/home/a b\n"))
    #expect(text.contains("RuntimeMaxSec=21600\n"))
    #expect(text.contains("Persistent=true\n"))
  }

  @Test func `a CronJob has the zone, the policy and quoted arguments`() throws {
    let text = try export { $0.overlap = .replace }.text(.kubernetes)
    for line in [
      "  schedule: \"0 2 * * 1-5\"", "  timeZone: \"Europe/Paris\"",
      "  concurrencyPolicy: Replace",
      #"                - "policy.system=50% off; rm -rf \"$HOME\"""#,
      "metadata: { name: \"hone-nightly\" }",
    ] {
      #expect(text.contains(line + "\n"), "\(line)")
    }
  }

  @Test func `scrontab is warned of the zone that it cannot name`() throws {
    let text = try export { $0.job.budget.memory = ByteSize("8GiB") }.text(.slurm)
    #expect(text.contains("# schedule is for Europe/Paris.\n"))
    #expect(text.contains("#SCRON --mem=8388608K\n"))
  }

  @Test(arguments: ScheduleExport.Format.allCases)
  func `what a format cannot say is a remark`(format: ScheduleExport.Format) throws {
    let text = try export {
      $0.job.quiet = try? QuietHours(parsing: "08:00-18:00")
      $0.job.hook = ["mail", "a\nb"]
    }.text(format)
    #expect(text.contains("# Left out: quiet hours 08:00-18:00\n"))
    #expect(text.contains("# Left out: hook mail 'a b'\n"))
  }

  @Test func `days that cron takes either way are two calendars`() throws {
    let calendars = { try CronExpression(parsing: $0).systemdCalendars }
    #expect(try calendars("5 */12 13 * 5") == ["*-*-13 00,12:05:00", "Fri *-*-* 00,12:05:00"])
    #expect(try calendars("* * * 1 *") == ["*-01-* *:*:00"])
    #expect(try calendars("0 0 */15 * 1") == ["Mon *-*-01,16,31 00:00:00"])
    // No star, so either will do, and one of them has all days.
    #expect(try calendars("0 0 1 * 0-6") == ["*-*-* 00:00:00"])
    #expect(try calendars("0 0 1-31 * MON") == ["*-*-* 00:00:00"])
  }

  @Test(arguments: [
    "", "plain", "two words", "it's", "a\"b", "$x", "back\\slash", "tab\tnew\nline", "é✓",
  ])
  func `a quoted word is read back`(word: String) throws {
    #expect(try ShellWords.split(ShellWords.line([word, "x", word])) == [word, "x", word])
  }

  @Test func `words are taken apart as a shell does it`() throws {
    #expect(
      try ShellWords.split(#" a  'b c'd "e \" f" g\ h '' "#) == ["a", "b cd", "e \" f", "g h", ""])
    #expect(throws: ScheduleError.unclosedQuote(text: "a 'b")) { try ShellWords.split("a 'b") }
    #expect(throws: ScheduleError.unclosedQuote(text: "a\\")) { try ShellWords.split("a\\") }
  }

  @Test func `a unit lies where systemd looks, with whole paths`() {
    let home = URL(filePath: "/home/u")
    #expect(
      ServiceUnit.file(environment: [:], home: home).path
        == "/home/u/.config/systemd/user/hone-schedule.service")
    #expect(
      ServiceUnit.file(environment: ["XDG_CONFIG_HOME": "/c"], home: home).path
        == "/c/systemd/user/hone-schedule.service")
    let unit = ServiceUnit(
      program: "/opt/my hone/hone", arguments: ["schedule", "run", "--runs", "/50%/$r"],
      folder: "/w")
    #expect(unit.text.contains("ExecStart=\"/opt/my hone/hone\" schedule run --runs /50%%/$$r\n"))
  }

  @Test(arguments: [
    ("@Weekly", "0 0 * * 0"), ("0 2 * * 7", "0 2 * * 0"), ("0 2 * jan FRI-SUN", "0 2 * 1 0,5-6"),
    ("*/15 0-23/6 1-31 * MON", "*/15 0,6,12,18 1-31 * 1"), ("0 0 */2 * 1", "0 0 */2 * 1"),
  ])
  func `expressions are exported in words that all crons read`(text: String, fields: String) throws
  {
    let cron = try CronExpression(parsing: text)
    #expect(cron.portableFields == fields)
    let again = try CronExpression(parsing: cron.portableFields)
    #expect(again.takesEitherDay == cron.takesEitherDay)
    var date = Date(timeIntervalSince1970: 1_700_000_000)
    for _ in 1...50 {
      #expect(again.next(after: date, in: .gmt) == cron.next(after: date, in: .gmt))
      date = cron.next(after: date, in: .gmt)
    }
  }

  @Test func `days that both fields choose are warned of where either may do`() throws {
    let warned = { (text: String, format: ScheduleExport.Format) in
      let cron = try CronExpression(parsing: text)
      return try export { $0.cron = cron }.text(format).contains("# Days: ")
    }
    #expect(try warned("0 0 */2 * 1", .kubernetes) && warned("0 0 */2 * 1", .slurm))
    #expect(try !warned("0 0 */2 * 1", .cron) && !warned("0 0 */2 * *", .kubernetes))
    #expect(try !warned("0 0 1 * 1", .kubernetes))
  }

  @Test func `scrontab stops the program itself, a grace before its time is over`() throws {
    let text = try export {
      $0.job.budget.time = TimeSpan("6h")
      $0.job.budget.stopGrace = TimeSpan(seconds: 300)
    }.text(.slurm)
    #expect(text.contains("#SCRON --time=365\n#SCRON --signal=B:TERM@300\n"))
    #expect(text.contains(" && exec /opt/hone run "))
  }

  @Test func `a unit of systemd keeps to the second, and its stop has an end`() throws {
    let text = try export { $0.job.budget.stopGrace = TimeSpan(seconds: 0) }.text(.systemd)
    #expect(text.contains("TimeoutStopSec=1\n") && text.contains("AccuracySec=1s\n"))
    #expect(!text.contains("Left out: overlap"))
  }

  @Test func `the rule for clocks that are set is a remark where clocks are`() throws {
    let remark = "# Left out: days on which clocks are set"
    #expect(try export().text(.kubernetes).contains(remark))
    #expect(try !export { $0.zone = .utc }.text(.kubernetes).contains(remark))
    let often = try CronExpression(parsing: "*/5 * * * *")
    #expect(try !export { $0.cron = often }.text(.kubernetes).contains(remark))
  }
}
