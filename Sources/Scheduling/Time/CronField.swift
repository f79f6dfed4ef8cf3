/// One field of a cron expression: a set of small numbers.
struct CronField: Hashable, Sendable {
  /// What a field counts, and how its numbers may be named.
  struct Kind: Sendable {
    let name: String
    let range: ClosedRange<Int>
    /// The names of `range.lowerBound` and what follows.
    var names: [String] = []

    static let minute = Kind(name: "minute", range: 0...59)
    static let hour = Kind(name: "hour", range: 0...23)
    static let day = Kind(name: "day-of-month", range: 1...31)
    static let month = Kind(
      name: "month", range: 1...12,
      names: [
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
      ])
    /// 7 is Sunday, too.
    static let weekday = Kind(
      name: "day-of-week", range: 0...7,
      names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"])
  }

  /// Bit `n` is set where the field holds `n`.
  private let bits: UInt64
  /// Whether it begins with `*`, which decides how the two fields of days go together.
  let beginsWithStar: Bool

  /// Parses a list of numbers, names, ranges and steps.
  ///
  /// - Parameters:
  ///   - text: The field's characters, without blanks.
  ///   - kind: What it counts.
  ///   - offset: Characters of the expression before it.
  ///   - whole: The expression, for errors.
  /// - Throws: ``CronError/badPart(text:position:field:part:rule:)``.
  init(
    parsing text: Substring, _ kind: Kind, offset: Int, of whole: String
  ) throws(CronError) {
    var bits: UInt64 = 0
    var position = offset + 1
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let parser = PartParser(kind: kind, part: part, position: position, whole: whole)
      for number in try parser.numbers() {
        bits |= 1 << UInt64(kind.range.upperBound == 7 ? number % 7 : number)
      }
      position += part.count + 1
    }
    self.bits = bits
    beginsWithStar = text.hasPrefix("*")
  }

  func contains(_ number: Int) -> Bool { bits >> UInt64(number) & 1 == 1 }

  /// The first number of the field that is at least `number`, which is at most 63.
  func first(atLeast number: Int) -> Int? {
    let left = bits >> UInt64(number)
    return left == 0 ? nil : number + left.trailingZeroBitCount
  }

  /// How many numbers it holds.
  var count: Int { bits.nonzeroBitCount }
}

/// Reads one part of a list: `5`, `MON-FRI`, `*/15`, `10-50/20`.
private struct PartParser {
  let kind: CronField.Kind
  let part: Substring
  let position: Int
  let whole: String

  func numbers() throws(CronError) -> StrideThrough<Int> {
    let halves = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let span = try span(halves[0])
    guard halves.count == 2 else { return stride(from: span.low, through: span.high, by: 1) }
    let stepPosition = position + halves[0].count + 1
    guard let step = Int(halves[1]), (1...60).contains(step), halves[1].allSatisfy(\.isNumber)
    else { throw bad(halves[1], at: stepPosition, "a step is a number from 1 to 60") }
    guard !span.isSingle else {
      throw bad(
        part, at: position,
        "a step needs a range: write '\(halves[0])-\(kind.range.upperBound)/\(step)'")
    }
    return stride(from: span.low, through: span.high, by: step)
  }

  private func span(
    _ text: Substring
  ) throws(CronError) -> (low: Int, high: Int, isSingle: Bool) {
    if text == "*" {
      // Sunday once: 0...6.
      let high = kind.range.upperBound == 7 ? 6 : kind.range.upperBound
      return (kind.range.lowerBound, high, false)
    }
    let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let low = try number(ends[0], at: position)
    guard ends.count == 2 else { return (low, low, true) }
    let endPosition = position + ends[0].count + 1
    var high = try number(ends[1], at: endPosition)
    if kind.range.upperBound == 7, high == 0, low > 0 { high = 7 }  // FRI-SUN
    guard low <= high else {
      throw bad(text, at: position, "a range goes upwards; give its two parts as a list")
    }
    return (low, high, false)
  }

  private func number(_ text: Substring, at position: Int) throws(CronError) -> Int {
    if let index = kind.names.firstIndex(of: text.uppercased()) {
      return kind.range.lowerBound + index
    }
    guard text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(text),
      kind.range.contains(number)
    else {
      let names = kind.names.first.map { ", or a name such as \($0)" } ?? ""
      throw bad(
        text, at: position,
        "it takes numbers from \(kind.range.lowerBound) to \(kind.range.upperBound)\(names)")
    }
    return number
  }

  private func bad(_ text: Substring, at position: Int, _ rule: String) -> CronError {
    .badPart(
      text: whole, position: position, field: kind.name, part: String(text), rule: rule)
  }
}
