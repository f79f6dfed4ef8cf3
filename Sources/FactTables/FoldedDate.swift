/// Whole dates within folded text: `July 20, 1969`, `20th of July 1969` and `1969-07-20` are one.
enum FoldedDate {
  private static let months = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
  ]
  private static let lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

  /// The words of a date in one order, day, month, year; other words as they are.
  ///
  /// A date in figures counts where its order is certain: the year first, or a day above 12.
  static func named(_ words: [String]) -> [String] {
    if words.count == 1 { return figures(of: words[0]).flatMap(inFigures) ?? words }
    guard (2...4).contains(words.count),
      words.contains(where: { $0.utf8.first.map { (0x30...0x39).contains($0) } ?? false })
    else { return words }
    let parts = words.filter { $0 != "of" }
    guard (2...3).contains(parts.count) else { return words }
    if parts.contains(where: { month($0) != nil }) { return written(parts) ?? words }
    guard parts.count == 3, words.count == 3 else { return words }
    return inFigures(parts) ?? words
  }

  /// The three numbers of `1969-07-20`, `7/20/1969` or `20.07.1969`; nil for another word.
  private static func figures(of word: String) -> [String]? {
    guard let first = word.utf8.first, (0x30...0x39).contains(first), word.utf8.count <= 10 else {
      return nil
    }
    for separator in "-/." {
      let parts = word.split(separator: separator, omittingEmptySubsequences: false)
      if parts.count == 3 { return parts.map(String.init) }
    }
    return nil
  }

  /// The month of a name or its usual short form, from 1.
  private static func month(_ word: String) -> Int? {
    if word == "sept" { return 9 }
    guard word.utf8.count >= 3 else { return nil }
    return months.firstIndex { $0 == word || word.utf8.count == 3 && $0.hasPrefix(word) }
      .map { $0 + 1 }
  }

  private static func written(_ parts: [String]) -> [String]? {
    var (day, month, year): (Int?, Int?, Int?)
    for part in parts {
      if let number = Self.month(part), month == nil {
        month = number
      } else if let number = Self.day(part), day == nil {
        day = number
      } else if let number = Self.year(part), year == nil {
        year = number
      } else {
        return nil
      }
    }
    return month.flatMap { spelled(day: day, month: $0, year: year) }
  }

  private static func inFigures(_ parts: [String]) -> [String]? {
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == 3 else { return nil }
    if year(parts[0]) != nil {
      return spelled(day: numbers[2], month: numbers[1], year: numbers[0])
    }
    guard year(parts[2]) != nil else { return nil }
    let (first, second) = (numbers[0], numbers[1])
    if first > 12 || first == second {
      return spelled(day: first, month: second, year: numbers[2])
    }
    return second > 12 ? spelled(day: second, month: first, year: numbers[2]) : nil
  }

  private static func spelled(day: Int?, month: Int, year: Int?) -> [String]? {
    guard (1...12).contains(month), day != nil || year != nil else { return nil }
    if let day, !(1...lengths[month - 1]).contains(day) { return nil }
    return [day.map { "\($0)" }, months[month - 1], year.map { "\($0)" }].compactMap { $0 }
  }

  private static func day(_ word: String) -> Int? {
    var digits = Substring(word)
    for ending in ["st", "nd", "rd", "th"] where digits.hasSuffix(ending) {
      digits = digits.dropLast(2)
      break
    }
    guard digits.utf8.count <= 2, let day = Int(digits), (1...31).contains(day) else { return nil }
    return day
  }

  private static func year(_ word: String) -> Int? {
    guard word.utf8.count == 4, let year = Int(word), year >= 1000 else { return nil }
    return year
  }
}
