/// A cron expression in the words of systemd's calendars.
extension CronExpression {
  /// What fits the same minutes, as one or two `OnCalendar` values without a zone.
  ///
  /// Two where either of the fields of days will do: systemd wants both.
  package var systemdCalendars: [String] {
    let time = "\(list(hours, 0...23)):\(list(minutes, 0...59)):00"
    let month = list(months, 1...12)
    let names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let chosen = (0...6).filter(weekdays.contains).map { names[$0] }.joined(separator: ",")
    let byDay = "*-\(month)-\(list(days, 1...31)) \(time)"
    let everyDay = "*-\(month)-* \(time)"
    let (hasAllDays, hasAllWeekdays) = (days.count == 31, weekdays.count == 7)
    guard takesEitherDay else { return [hasAllWeekdays ? byDay : "\(chosen) \(byDay)"] }
    return hasAllDays || hasAllWeekdays ? [everyDay] : [byDay, "\(chosen) \(everyDay)"]
  }

  private func list(_ field: CronField, _ range: ClosedRange<Int>) -> String {
    let numbers = range.filter(field.contains)
    guard numbers.count < range.count else { return "*" }
    return numbers.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ",")
  }
}
