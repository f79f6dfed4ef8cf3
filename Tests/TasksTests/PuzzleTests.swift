import Foundation
import Randomness
import Testing
import VerifierKit

@testable import Tasks

/// Every answer against a method that shares nothing with the one that made it.
@Suite struct PuzzleTests {
  /// Puzzles of a kind, over all its levels.
  private func puzzles(_ kind: PuzzleKind, each count: Int = 1_000) -> [(level: Int, Puzzle)] {
    kind.levels.flatMap { level in
      (0..<count).compactMap { index in
        var generator = CounterGenerator(keys: 3, UInt64(level), UInt64(index))
        return kind.draw(level: level, using: &generator).map { (level, $0) }
      }
    }
  }

  private func numbers(_ text: some StringProtocol) -> [Int] {
    text.split { !$0.isNumber }.compactMap { Int($0) }
  }

  private func number(_ text: some StringProtocol, radix: Int = 10) throws -> Int {
    try #require(Int(text, radix: radix))
  }

  @Test func `a Countdown answer uses each number once and hits its target`() throws {
    let drawn = puzzles(.countdown)
    #expect(drawn.count > 600)
    for (level, puzzle) in drawn {
      let given = numbers(puzzle.short.prefix { $0 != "t" })
      #expect(given.count == level + 2)
      #expect(numbers(puzzle.answer).sorted() == given.sorted())
      let target = try #require(numbers(puzzle.short).last)
      var reader = PlainExpression(puzzle.answer)
      #expect(abs(reader.sum() - Double(target)) < 1e-6, "\(puzzle.answer) for \(target)")
      #expect(puzzle.steps.last?.hasSuffix("= \(target)") == true)
      #expect(puzzle.metadata["target"] == .number(Double(target)))
    }
  }

  @Test func `a remainder is what repeated subtraction leaves`() throws {
    for (level, puzzle) in puzzles(.remainder) {
      let parts = puzzle.short.dropLast().split(separator: " mod ").map(String.init)
      let modulus = try number(parts[1])
      var value = 0
      if level == 4 {
        let power = numbers(parts[0])
        value = (0..<power[1]).reduce(1) { product, _ in
          var rest = product * power[0]
          while rest >= modulus { rest -= modulus }
          return rest
        }
      } else {
        var reader = PlainExpression(parts[0])
        value = Int(reader.sum())
        while value >= modulus { value -= modulus }
      }
      #expect(puzzle.answer == "\(value % modulus)", "\(puzzle.short)")
      #expect(puzzle.steps.last?.hasSuffix("+ \(puzzle.answer)") == true)
    }
  }

  @Test func `parity is that of the ones, and its working that of each beginning`() {
    for (level, puzzle) in puzzles(.parity) {
      let bits = puzzle.short.filter { $0 == "0" || $0 == "1" }
      #expect(bits.count == 4 * level + 4)
      let ones = bits.count { $0 == "1" }
      #expect(puzzle.answer == (ones.isMultiple(of: 2) ? "even" : "odd"))
      let running = bits.indices.map { end in
        bits[...end].count { $0 == "1" }.isMultiple(of: 2) ? "0" : "1"
      }
      #expect(puzzle.steps == [running.joined(separator: " ")])
    }
  }

  @Test func `letters are as many as splitting at them leaves gaps`() throws {
    var absent = 0
    for (level, puzzle) in puzzles(.letterCount) {
      let parts = puzzle.short.dropLast().split(separator: " in ", maxSplits: 1)
      let pieces = parts[1].components(separatedBy: String(parts[0]))
      #expect(puzzle.answer == "\(pieces.count - 1)", "\(puzzle.short)")
      #expect(parts[1].split(separator: " ").count == 2 * level - 1)
      if pieces.count == 1 { absent += 1 }
    }
    #expect(absent > 50)
  }

  @Test(arguments: [PuzzleKind.sorting, .wordSorting])
  func `a sorted list has the elements, and no neighbours out of order`(kind: PuzzleKind) throws {
    for (level, puzzle) in puzzles(kind) {
      let words = puzzle.short.dropLast().split(separator: " ").map(String.init)
      let given = words.dropFirst()
      let sorted = puzzle.answer.components(separatedBy: ", ")
      #expect(given.count == (kind == .sorting ? 2 * level + 2 : level + 2))
      #expect(Dictionary(grouping: given, by: \.self) == Dictionary(grouping: sorted, by: \.self))
      for (left, right) in zip(sorted, sorted.dropFirst()) {
        let order =
          kind == .sorting
          ? try number(left) - number(right)
          : left.compare(right, locale: Locale(identifier: "en")).rawValue
        #expect(words[0] == "up" ? order <= 0 : order >= 0, "\(puzzle.answer)")
      }
    }
  }

  @Test func `a reversal read backwards is the question`() {
    for (level, puzzle) in puzzles(.reversal) {
      let given = puzzle.short.dropLast().split(separator: " ")[1]
      #expect(given.count == 2 * level + 2)
      var stack = Array(given)
      for character in puzzle.answer { #expect(character == stack.popLast()) }
      #expect(stack.isEmpty)
    }
  }

  @Test func `dates and weekdays are those of Foundation's calendar`() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let formatter = DateFormatter()
    (formatter.calendar, formatter.timeZone) = (calendar, .gmt)
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyy-MM-dd"
    let names = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
    func weekday(_ date: Date) -> String { names[calendar.component(.weekday, from: date) - 1] }
    func shifted(_ date: Date, by days: Int) throws -> Date {
      try #require(calendar.date(byAdding: .day, value: days, to: date))
    }
    let drawn = puzzles(.calendar)
    #expect(drawn.count == 4_000)
    for (level, puzzle) in drawn {
      let words = puzzle.short.dropLast().split(separator: " ").map(String.init)
      switch level {
      case 1:
        // 1970-01-04 was a Sunday.
        let start = try #require(names.firstIndex(of: words[0]))
        let sunday = Date(timeIntervalSince1970: 3 * 86_400)
        let end = try shifted(shifted(sunday, by: start), by: number(words[2]))
        #expect(puzzle.answer == weekday(end))
      case 2:
        let date = try #require(formatter.date(from: words[1]))
        #expect(puzzle.answer == weekday(date))
        let rest = try #require(puzzle.steps.last?.split(separator: " ").last)
        #expect(try names[number(rest)] == puzzle.answer)
      case 3:
        let start = try #require(formatter.date(from: words[0]))
        let end = try shifted(start, by: number(words[2]))
        #expect(puzzle.answer == formatter.string(from: end))
      default:
        let dates = try [words[0], words[2]].map { try #require(formatter.date(from: $0)) }
        let days = calendar.dateComponents([.day], from: dates[0], to: dates[1]).day
        #expect(days.map(String.init) == puzzle.answer)
      }
    }
  }

  @Test func `another base is what Swift writes`() throws {
    for (level, puzzle) in puzzles(.baseConversion) {
      let words = puzzle.short.dropLast().split(separator: " ").map(String.init)
      let value = try number(words[0], radix: number(words[2]))
      #expect(try puzzle.answer == String(value, radix: number(words[4])))
      #expect(String(value).count == level + 1)
    }
  }

  @Test func `brackets and their answer vanish pair by pair, and no shorter answer would do`() {
    for (level, puzzle) in puzzles(.brackets) {
      let given = puzzle.short.dropLast().dropFirst("close ".count)
      #expect(given.count == 2 * level + 2)
      func rest(_ text: String) -> String {
        var text = text
        var before = ""
        while text != before {
          before = text
          for pair in ["()", "[]", "<>"] { text = text.replacingOccurrences(of: pair, with: "") }
        }
        return text
      }
      #expect(rest(given + puzzle.answer).isEmpty)
      // What is left of the question alone is what the answer must close.
      #expect(rest(String(given)).count == puzzle.answer.count && !puzzle.answer.isEmpty)
    }
  }

  @Test func `truth values are those of rewriting until one is left`() {
    let rules = [
      ("(true)", "true"), ("(false)", "false"), ("not true", "false"), ("not false", "true"),
      ("true and true", "true"), ("true and false", "false"), ("false and true", "false"),
      ("false and false", "false"), ("true or true", "true"), ("true or false", "true"),
      ("false or true", "true"), ("false or false", "false"),
    ]
    for (level, puzzle) in puzzles(.booleans) {
      var text = String(puzzle.short.dropLast())
      #expect(text.components(separatedBy: "e").count - 1 == level + 2)
      // Inner parentheses hold one operator each, so that the order of rules cannot matter.
      var before = ""
      while text != before {
        before = text
        for (pattern, value) in rules {
          text = text.replacingOccurrences(of: pattern, with: value)
        }
      }
      #expect(text == puzzle.answer, "\(puzzle.short)")
    }
  }
}

/// Sums and products in floating point, for tests alone.
private struct PlainExpression {
  private var text: [Character]

  init(_ text: String) { self.text = text.filter { $0 != " " }.reversed() }

  mutating func sum() -> Double {
    var value = product()
    while let symbol = text.last, symbol == "+" || symbol == "-" {
      text.removeLast()
      value += (symbol == "+" ? 1 : -1) * product()
    }
    return value
  }

  private mutating func product() -> Double {
    var value = operand()
    while let symbol = text.last, symbol == "*" || symbol == "/" {
      text.removeLast()
      if symbol == "*" { value *= operand() } else { value /= operand() }
    }
    return value
  }

  private mutating func operand() -> Double {
    if text.last == "(" {
      text.removeLast()
      let value = sum()
      text.removeLast()
      return value
    }
    var digits = ""
    while let digit = text.last, digit.isNumber { digits.append(text.removeLast()) }
    return Double(digits) ?? .nan
  }
}
