/// A stretch of days, from a first one up to one that is no longer in it; either end may be open.
package struct FactPeriod: Hashable, Sendable {
  /// The first day as `yyyymmdd`; nil for always before.
  package let from: Int?
  /// The day after the last as `yyyymmdd`; nil for ever after.
  package let until: Int?

  /// All days.
  package static let always = FactPeriod(from: nil, until: nil)

  package init(from: Int?, until: Int?) { (self.from, self.until) = (from, until) }

  /// Reads `1991-12-12/2022`, `1991/`, `/1991`, or one day, month or year.
  ///
  /// A month or a year is its first day where it is an end of the period. Nil for other texts.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    switch parts.count {
    case 1:
      guard let span = Self.span(parts[0]) else { return nil }
      self = span
    case 2:
      let ends = parts.map { $0.isEmpty ? nil : Self.span($0) }
      guard zip(parts, ends).allSatisfy({ $0.isEmpty || $1 != nil }) else { return nil }
      (from, until) = (ends[0]?.from, ends[1]?.from)
      if let from, let until, from >= until { return nil }
    default: return nil
    }
  }

  /// Whether the period has not ended.
  package var isOpen: Bool { until == nil }

  /// Whether the two have a day in common.
  package func overlaps(_ other: FactPeriod) -> Bool {
    let startsBefore = other.until.map { until in from.map { $0 < until } ?? true } ?? true
    let endsAfter = until.map { until in other.from.map { $0 < until } ?? true } ?? true
    return startsBefore && endsAfter
  }

  /// The days of `1991`, `1991-12` or `1991-12-12`.
  private static func span(_ text: Substring) -> FactPeriod? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part -> Int? in
      part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(part) : nil
    }
    guard (1...3).contains(parts.count), numbers.count == parts.count, parts[0].utf8.count == 4,
      parts.dropFirst().allSatisfy({ $0.utf8.count == 2 })
    else { return nil }
    let year = numbers[0]
    guard numbers.count > 1 else {
      return FactPeriod(from: day(year, 1, 1), until: day(year + 1, 1, 1))
    }
    let month = numbers[1]
    guard (1...12).contains(month) else { return nil }
    guard numbers.count > 2 else {
      return FactPeriod(
        from: day(year, month, 1),
        until: month == 12 ? day(year + 1, 1, 1) : day(year, month + 1, 1))
    }
    guard (1...31).contains(numbers[2]) else { return nil }
    // The number after the last day of a month is no date, but orders like one.
    return FactPeriod(from: day(year, month, numbers[2]), until: day(year, month, numbers[2]) + 1)
  }

  private static func day(_ year: Int, _ month: Int, _ day: Int) -> Int {
    year * 10_000 + month * 100 + day
  }
}
