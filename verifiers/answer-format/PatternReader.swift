/// Reads a pattern, and writes it as a program without loops of its own.
struct PatternReader {
  /// A pattern as its text groups it.
  indirect enum Pattern {
    case empty
    case set(ScalarSet)
    case sequence([Pattern])
    case choice([Pattern])
    /// From so many times to so many, nil for any number.
    case repetition(Pattern, Int, Int?)
  }

  /// Groups inside each other, at most.
  private static let depthLimit = 32
  /// Times that something is repeated, at most.
  private static let timesLimit = 500

  private let text: [Unicode.Scalar]
  private var position = 0
  /// Groups that are open.
  private var depth = 0

  init(_ text: String) { self.text = Array(text.unicodeScalars) }

  /// The whole text as a pattern.
  mutating func pattern() throws(PatternError) -> Pattern {
    let pattern = try choice()
    guard position == text.count else { throw error("a ')' closes nothing") }
    guard Self.size(pattern) <= BoundedPattern.sizeLimit else {
      throw error("with its repetitions it is longer than \(BoundedPattern.sizeLimit) places")
    }
    return pattern
  }

  func error(_ problem: String) -> PatternError { PatternError(offset: position, problem: problem) }

  // MARK: - Grammar

  private mutating func choice() throws(PatternError) -> Pattern {
    var choices = [try sequence()]
    while take("|") { choices.append(try sequence()) }
    return choices.count == 1 ? choices[0] : .choice(choices)
  }

  private mutating func sequence() throws(PatternError) -> Pattern {
    var parts: [Pattern] = []
    while let next = peek, next != "|", next != ")" { parts.append(try repetition()) }
    return parts.isEmpty ? .empty : .sequence(parts)
  }

  private mutating func repetition() throws(PatternError) -> Pattern {
    let item = try item()
    let times: (Int, Int?)
    if take("*") {
      times = (0, nil)
    } else if take("+") {
      times = (1, nil)
    } else if take("?") {
      times = (0, 1)
    } else if take("{") {
      times = try counts()
    } else {
      return item
    }
    if let next = peek, "*+?{".unicodeScalars.contains(next) {
      throw error("a repetition is repeated; put the first one into parentheses")
    }
    return .repetition(item, times.0, times.1)
  }

  private mutating func counts() throws(PatternError) -> (Int, Int?) {
    let least = try number()
    var most: Int? = least
    if take(",") { most = peek == "}" ? nil : try number() }
    guard take("}") else { throw error("a '}' is needed") }
    if let most, most < least { throw error("a repetition ends before it begins") }
    return (least, most)
  }

  private mutating func number() throws(PatternError) -> Int {
    var number = 0
    let start = position
    while let digit = peek.flatMap({ Int(String($0)) }), number <= Self.timesLimit {
      number = number * 10 + digit
      position += 1
    }
    guard position > start, number <= Self.timesLimit else {
      throw error("a number up to \(Self.timesLimit) is needed")
    }
    return number
  }

  private mutating func item() throws(PatternError) -> Pattern {
    guard let next = peek else { throw error("something is needed") }
    switch next {
    case "(":
      position += 1
      if take("?"), !take(":") { throw error("of groups with '?' there is '(?:' alone") }
      depth += 1
      guard depth <= Self.depthLimit else {
        throw error("more than \(Self.depthLimit) groups stand inside each other")
      }
      let inside = try choice()
      guard take(")") else { throw error("a ')' is needed") }
      depth -= 1
      return inside
    case "[":
      position += 1
      return .set(try characterClass())
    case ".":
      position += 1
      return .set(.any)
    case "\\": return .set(try escape())
    case "^", "$":
      throw error("the pattern is held against the whole text, so '\(next)' is not needed")
    case "*", "+", "?", "{", "}", "]":
      throw error("'\(next)' stands for itself as '\\\(next)' only")
    default:
      position += 1
      return .set(ScalarSet(ranges: [next.value...next.value]))
    }
  }

  private mutating func escape() throws(PatternError) -> ScalarSet {
    position += 1
    guard let next = peek else { throw error("something is needed behind '\\'") }
    position += 1
    switch next {
    case "d": return .digits
    case "D": return ScalarSet.digits.inverted
    case "w": return .word
    case "W": return ScalarSet.word.inverted
    case "s": return .blank
    case "S": return ScalarSet.blank.inverted
    case "n": return ScalarSet(ranges: [0x0A...0x0A])
    case "t": return ScalarSet(ranges: [0x09...0x09])
    case "r": return ScalarSet(ranges: [0x0D...0x0D])
    default:
      guard !ScalarSet.word.contains(next) else { throw error("'\\\(next)' has no meaning here") }
      return ScalarSet(ranges: [next.value...next.value])
    }
  }

  private mutating func characterClass() throws(PatternError) -> ScalarSet {
    let isInverted = take("^")
    var ranges: [ClosedRange<UInt32>] = []
    while !take("]") {
      guard let first = peek else { throw error("a ']' is needed") }
      var low: ScalarSet
      if first == "\\" {
        low = try escape()
        guard !low.isInverted else { throw error("an opposite stands inside a set") }
      } else {
        position += 1
        low = ScalarSet(ranges: [first.value...first.value])
      }
      let isRange = peek == "-" && position + 1 < text.count && text[position + 1] != "]"
      if isRange, low.ranges.count == 1, low.ranges[0].count == 1 {
        position += 1
        guard let last = peek else { throw error("a ']' is needed") }
        let end = last == "\\" ? try escape() : nil
        if end == nil { position += 1 }
        let high = end?.ranges[0].lowerBound ?? last.value
        guard end?.ranges[0].count ?? 1 == 1, low.ranges[0].lowerBound <= high else {
          throw error("a range ends before it begins")
        }
        low = ScalarSet(ranges: [low.ranges[0].lowerBound...high])
      }
      ranges += low.ranges
    }
    guard !ranges.isEmpty else { throw error("a set is empty") }
    return ScalarSet(ranges: ranges, isInverted: isInverted)
  }

  private var peek: Unicode.Scalar? { position < text.count ? text[position] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard peek == scalar else { return false }
    position += 1
    return true
  }

  // MARK: - Program

  /// Places of a pattern's program; a large number where it is far too large.
  private static func size(_ pattern: Pattern) -> Int {
    let size: Int
    switch pattern {
    case .empty: size = 0
    case .set: size = 1
    case .sequence(let parts): size = parts.reduce(0) { min($0 + Self.size($1), 1 << 40) }
    case .choice(let parts): size = parts.reduce(0) { min($0 + Self.size($1) + 2, 1 << 40) }
    case .repetition(let part, let least, let most):
      size = (Self.size(part) + 2) * ((most ?? least) + 1)
    }
    return min(size, 1 << 40)
  }

  /// The program of a pattern that is not too large.
  static func program(of pattern: Pattern) -> [BoundedPattern.Instruction] {
    var program: [BoundedPattern.Instruction] = []
    append(pattern, to: &program)
    return program
  }

  private static func append(
    _ pattern: Pattern, to program: inout [BoundedPattern.Instruction]
  ) {
    switch pattern {
    case .empty: break
    case .set(let set): program.append(.take(set))
    case .sequence(let parts): for part in parts { append(part, to: &program) }
    case .choice(let parts):
      var ends: [Int] = []
      for (index, part) in parts.enumerated() {
        guard index < parts.count - 1 else {
          append(part, to: &program)
          break
        }
        let fork = program.count
        program.append(.fork(fork + 1, fork))
        append(part, to: &program)
        ends.append(program.count)
        program.append(.jump(0))
        program[fork] = .fork(fork + 1, program.count)
      }
      for end in ends { program[end] = .jump(program.count) }
    case .repetition(let part, let least, let most):
      for _ in 0..<least { append(part, to: &program) }
      guard let most else {
        let fork = program.count
        program.append(.fork(fork + 1, fork))
        append(part, to: &program)
        program.append(.jump(fork))
        program[fork] = .fork(fork + 1, program.count)
        return
      }
      var forks: [Int] = []
      for _ in least..<most {
        forks.append(program.count)
        program.append(.jump(0))
        append(part, to: &program)
      }
      for fork in forks { program[fork] = .fork(fork + 1, program.count) }
    }
  }
}
