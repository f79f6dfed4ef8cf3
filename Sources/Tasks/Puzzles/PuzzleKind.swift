import Randomness

/// A kind of puzzle, and what its levels mean.
package enum PuzzleKind: String, Codable, CaseIterable, Sendable {
  /// An expression of `level + 2` given numbers must hit a target; judged by `arithmetic`.
  case countdown
  /// A number, a sum or product, both, or a power, modulo another number; judged by `arithmetic`.
  case remainder
  /// Whether `4 * level + 4` bits hold an even number of ones.
  case parity
  /// How often a letter occurs in `2 * level - 1` words; judged by `arithmetic`.
  case letterCount
  /// `2 * level + 2` numbers in order.
  case sorting
  /// `level + 2` words in alphabetical order.
  case wordSorting
  /// `2 * level + 2` letters from the end on.
  case reversal
  /// A weekday some days on, the weekday of a date, a date some days on, the days between two dates.
  case calendar
  /// A number of about `level + 1` decimal digits, from one base into another.
  case baseConversion
  /// The brackets that close `2 * level + 2` given ones.
  case brackets
  /// The value of an expression of `level + 2` truth values.
  case booleans

  /// The levels that there are.
  var levels: ClosedRange<Int> {
    switch self {
    case .countdown, .remainder, .calendar: 1...4
    case .letterCount, .baseConversion, .booleans: 1...5
    case .sorting, .wordSorting, .reversal, .brackets: 1...6
    case .parity: 1...8
    }
  }

  /// Draws one puzzle; nil where the draw has none.
  func draw(level: Int, using generator: inout CounterGenerator) -> Puzzle? {
    switch self {
    case .countdown: CountdownPuzzles.draw(level: level, using: &generator)
    case .remainder: RemainderPuzzles.draw(level: level, using: &generator)
    case .parity: TextPuzzles.parity(level: level, using: &generator)
    case .letterCount: TextPuzzles.letterCount(level: level, using: &generator)
    case .sorting: SortingPuzzles.numbers(level: level, using: &generator)
    case .wordSorting: SortingPuzzles.words(level: level, using: &generator)
    case .reversal: TextPuzzles.reversal(level: level, using: &generator)
    case .calendar: CalendarPuzzles.draw(level: level, using: &generator)
    case .baseConversion: BasePuzzles.draw(level: level, using: &generator)
    case .brackets: BracketPuzzles.draw(level: level, using: &generator)
    case .booleans: BooleanPuzzles.draw(level: level, using: &generator)
    }
  }
}
