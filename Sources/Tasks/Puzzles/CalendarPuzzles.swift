import Randomness

/// Questions about weekdays and dates of the Gregorian calendar, from 1900 to 2099.
enum CalendarPuzzles {
  private static let weekdays = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]

  /// A weekday some days on (level 1), the weekday of a date (2), a date some days on (3), the
  /// number of days between two dates (4).
  static func draw(level: Int, using generator: inout CounterGenerator) -> Puzzle? {
    switch level {
    case 1:
      let (start, days) = (generator.integer(in: 0...6), generator.integer(in: 8...999))
      let end = (start + days) % 7
      return Puzzle(
        question: """
          If today is \(weekdays[start]), which weekday is it in \(days) days? Answer with the \
          weekday alone.
          """,
        short: "\(weekdays[start].lowercased()) + \(days) days=",
        answer: weekdays[end].lowercased(),
        steps: ["\(days) = \(days / 7) * 7 + \(days % 7)"], form: "text")
    case 2:
      let date = date(using: &generator)
      return Puzzle(
        question: "Which weekday is \(date)? Answer with the weekday alone.",
        short: "weekday \(date)=", answer: weekdays[date.weekday].lowercased(),
        steps: date.weekdaySteps, form: "text")
    case 3:
      let (start, days) = (date(using: &generator), generator.integer(in: 1...400))
      let end = GregorianDay(number: start.number + days)
      return Puzzle(
        question: """
          Which date is \(days) days after \(start)? Answer with the date alone, as YYYY-MM-DD.
          """,
        short: "\(start) + \(days) days=", answer: "\(end)",
        steps: start.steps(forward: days), form: "date")
    default:
      let (start, days) = (date(using: &generator), generator.integer(in: 1...1_000))
      let end = GregorianDay(number: start.number + days)
      return Puzzle(
        question: "How many days after \(start) is \(end)? Answer with the number alone.",
        short: "\(start) to \(end)=", answer: "\(days)",
        steps: start.steps(forward: days), form: "text")
    }
  }

  private static func date(using generator: inout CounterGenerator) -> GregorianDay {
    let first = GregorianDay(year: 1900, month: 1, day: 1).number
    let last = GregorianDay(year: 2099, month: 12, day: 31).number
    return GregorianDay(number: generator.integer(in: first...last))
  }
}
