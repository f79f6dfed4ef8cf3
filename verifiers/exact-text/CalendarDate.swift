/// A day of the Gregorian calendar, as people write it.
///
/// `2024-03-01`, `2024/3/1`, `March 1, 2024`, `1 March 2024` and `Friday, 1st of March 2024` are
/// one day. `03/01/2024` is two, and therefore none; so is a day with another day's weekday.
struct CalendarDate: Equatable, CustomStringConvertible {
  let year: Int
  let month: Int
  let day: Int

  var description: String {
    func padded(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }

  /// Reads a date in lower case.
  init?(_ text: String) {
    guard text.utf8.count <= 64 else { return nil }
    var words = text.split { $0 == " " || $0 == "," }.map(String.init)
    let weekday = words.first.flatMap(Self.weekday)
    if weekday != nil { words.removeFirst() }
    guard let date = Self.numeric(words) ?? Self.named(words) else { return nil }
    self = date
    guard (1...12).contains(month), (1...9999).contains(year),
      (1...Self.days(in: month, of: year)).contains(day)
    else { return nil }
    if let weekday, weekday != weekdayNumber { return nil }
  }

  private init(_ year: Int, _ month: Int, _ day: Int) {
    (self.year, self.month, self.day) = (year, month, day)
  }

  // MARK: - Spellings

  /// `2024-03-01`, `2024/3/1`.
  private static func numeric(_ words: [String]) -> CalendarDate? {
    guard words.count == 1 else { return nil }
    for mark in ["-", "/"] as [Character] {
      let parts = words[0].split(separator: mark, omittingEmptySubsequences: false)
      guard parts.count == 3, parts[0].count == 4, parts[1].count <= 2, parts[2].count <= 2,
        let year = number(parts[0]), let month = number(parts[1]), let day = number(parts[2])
      else { continue }
      return CalendarDate(year, month, day)
    }
    return nil
  }

  /// `march 1 2024`, `1 march 2024`, `1st of march 2024`.
  private static func named(_ words: [String]) -> CalendarDate? {
    let words = words.filter { $0 != "of" && $0 != "the" }
    guard words.count == 3, words[2].count == 4, let year = number(words[2][...]) else {
      return nil
    }
    for (name, ordinal) in [(words[0], words[1]), (words[1], words[0])] {
      guard let month = month(name) else { continue }
      let digits = ordinal.prefix { $0.isNumber }
      guard ["", "st", "nd", "rd", "th"].contains(ordinal.dropFirst(digits.count)),
        digits.count <= 2, let day = number(digits)
      else { return nil }
      return CalendarDate(year, month, day)
    }
    return nil
  }

  private static func number(_ digits: Substring) -> Int? {
    digits.utf8.allSatisfy { $0 &- 48 < 10 } ? Int(digits) : nil
  }

  private static let months = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
  ]
  private static let weekdays = [
    "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
  ]

  /// A month by its name, or by its beginning, such as `sept`, with or without a full stop.
  private static func month(_ name: String) -> Int? { index(of: name, in: months).map { $0 + 1 } }

  private static func weekday(_ name: String) -> Int? { index(of: name, in: weekdays) }

  /// No two names share their first three letters.
  private static func index(of name: String, in names: [String]) -> Int? {
    let letters = name.last == "." ? name.dropLast() : name[...]
    return letters.count < 3 ? nil : names.firstIndex { $0.hasPrefix(letters) }
  }

  // MARK: - The calendar

  private static func days(in month: Int, of year: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  /// Days since a Sunday, modulo 7.
  ///
  /// - SeeAlso: Sakamoto 1992 (comp.lang.c), a table of the months' shifts.
  private var weekdayNumber: Int {
    let shifts = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4]
    let year = month < 3 ? year - 1 : year
    return (year + year / 4 - year / 100 + year / 400 + shifts[month - 1] + day) % 7
  }
}
