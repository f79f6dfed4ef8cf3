/// A day of the Gregorian calendar, by its date and by its number since 1970-01-01.
///
/// - SeeAlso: Hinnant 2014 (chrono-Compatible Low-Level Date Algorithms), `days_from_civil` and
///   `civil_from_days`: years begin in March, so that the leap day is the last of a year, and 400
///   years are a period of 146,097 days.
struct GregorianDay: Equatable, CustomStringConvertible {
  let year: Int
  let month: Int
  let day: Int

  /// - Precondition: A date that there is, from the year 1 on.
  init(year: Int, month: Int, day: Int) {
    precondition(
      year >= 1 && (1...12).contains(month) && (1...Self.days(in: month, of: year)).contains(day),
      "\(year)-\(month)-\(day)")
    (self.year, self.month, self.day) = (year, month, day)
  }

  /// The day with a number, from the year 1 on.
  init(number: Int) {
    let shifted = number + 719_468
    let (period, day) = (shifted / 146_097, shifted % 146_097)
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365
    let dayOfYear = day - (365 * year + year / 4 - year / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    self.init(
      year: year + period * 400 + (month <= 2 ? 1 : 0), month: month,
      day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  /// Days since 1970-01-01.
  var number: Int {
    let year = month <= 2 ? year - 1 : year
    let (period, yearOfPeriod) = (year / 400, year % 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return period * 146_097 + yearOfPeriod * 365 + yearOfPeriod / 4 - yearOfPeriod / 100
      + dayOfYear - 719_468
  }

  /// 0 for Sunday.
  var weekday: Int { ((number + 4) % 7 + 7) % 7 }

  var description: String {
    func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(year)-\(padded(month))-\(padded(day))"
  }

  static func days(in month: Int, of year: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  // MARK: - Workings

  /// The first of each month on the way, and how many days are left from there, as in
  /// `2024-02-01: 17`.
  func steps(forward days: Int) -> [String] {
    var (steps, date, left): ([String], GregorianDay, Int) = ([], self, days)
    while left > 0 {
      let rest = Self.days(in: date.month, of: date.year) - date.day + 1
      guard left >= rest else { break }
      date = GregorianDay(number: date.number + rest)
      left -= rest
      steps.append("\(date): \(left)")
    }
    return steps
  }

  /// Days since a Sunday, by years, leap years, months and days, modulo 7.
  var weekdaySteps: [String] {
    let years = year - 1
    let leapDays = years / 4 - years / 100 + years / 400
    let before = (1..<month).reduce(0) { $0 + Self.days(in: $1, of: year) }
    let total = years + leapDays + before + day
    return [
      "\(years) + \(leapDays) + \(before) + \(day) = \(total)",
      "\(total) = \(total / 7) * 7 + \(total % 7)",
    ]
  }
}
