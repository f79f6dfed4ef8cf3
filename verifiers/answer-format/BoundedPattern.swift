/// A regular expression whose cost is bounded by the length of the text times that of the pattern.
///
/// There is no backtracking: all ways through the pattern are followed at once, so no text can make
/// a match take long.
///
/// - SeeAlso: Thompson 1968 (Regular expression search algorithm).
struct BoundedPattern {
  /// Places in a pattern, with repetitions written out.
  static let sizeLimit = 1000

  /// A place in the pattern.
  enum Instruction: Equatable {
    /// Takes a character of a set.
    case take(ScalarSet)
    /// Goes on at both places.
    case fork(Int, Int)
    case jump(Int)
  }

  private let program: [Instruction]

  /// Reads a pattern.
  ///
  /// It has literal characters, `.`, `[a-z]`, `[^a-z]`, `\d \w \s` and their opposites, `( )`,
  /// `(?: )`, `|`, `* + ?` and `{m,n}`. `\` before a sign makes it literal.
  ///
  /// - Throws: ``PatternError`` for what is none of these, and for one that is too large.
  init(_ text: String) throws(PatternError) {
    var reader = PatternReader(text)
    program = PatternReader.program(of: try reader.pattern())
    guard program.count <= Self.sizeLimit else {
      throw reader.error("with its repetitions it is longer than \(Self.sizeLimit) places")
    }
  }

  /// Whether the pattern describes the whole text.
  func matches(_ text: some Sequence<Unicode.Scalar>) -> Bool {
    var active: [Int] = []
    /// For each place, the step in which it was entered last; the end is a place, too.
    var entered = [Int](repeating: -1, count: program.count + 1)
    var step = 0
    enter(0, step, &entered, &active)
    for scalar in text {
      step += 1
      var next: [Int] = []
      for place in active where place < program.count {
        if case .take(let set) = program[place], set.contains(scalar) {
          enter(place + 1, step, &entered, &next)
        }
      }
      if next.isEmpty { return false }
      active = next
    }
    return active.contains(program.count)
  }

  /// Adds a place and all that is reached from it without a character.
  private func enter(_ start: Int, _ step: Int, _ entered: inout [Int], _ active: inout [Int]) {
    var open = [start]
    while let place = open.popLast() {
      guard entered[place] != step else { continue }
      entered[place] = step
      guard place < program.count else {
        active.append(place)
        continue
      }
      switch program[place] {
      case .take: active.append(place)
      case .jump(let other): open.append(other)
      case .fork(let one, let other): open += [other, one]
      }
    }
  }
}

/// Characters, by ranges of their numbers.
struct ScalarSet: Equatable {
  var ranges: [ClosedRange<UInt32>]
  var isInverted = false

  /// All but the end of a line.
  static let any = ScalarSet(ranges: [0x0A...0x0A], isInverted: true)
  static let digits = ScalarSet(ranges: [0x30...0x39])
  static let word = ScalarSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  static let blank = ScalarSet(ranges: [0x09...0x0D, 0x20...0x20])

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    ranges.contains { $0.contains(scalar.value) } != isInverted
  }

  /// The characters that are not in the set.
  var inverted: ScalarSet { ScalarSet(ranges: ranges, isInverted: !isInverted) }
}

/// A text that is no pattern.
struct PatternError: Error, Equatable, CustomStringConvertible {
  /// Characters before the place.
  let offset: Int
  let problem: String

  var description: String { "\(problem), at character \(offset)" }
}
