import Randomness

/// Puzzles about the characters of a text.
enum TextPuzzles {
  /// Whether bits hold an even number of ones; the working is the parity of each beginning.
  static func parity(level: Int, using generator: inout CounterGenerator) -> Puzzle? {
    let bits = (0..<4 * level + 4).map { _ in generator.integer(in: 0...1) }
    var parity = 0
    let running = bits.map { bit in
      parity ^= bit
      return "\(parity)"
    }
    let text = bits.map(String.init).joined()
    return Puzzle(
      question: "Is the number of ones in \(text) even or odd? Answer with even or odd alone.",
      short: "parity \(text)=", answer: parity == 0 ? "even" : "odd",
      steps: [running.joined(separator: " ")], form: "text")
  }

  /// How often a letter occurs; the working spells the words and counts.
  static func letterCount(level: Int, using generator: inout CounterGenerator) -> Puzzle? {
    let words = (0..<2 * level - 1).map { _ in generator.element(of: CommonWords.all) }
    let text = words.joined(separator: " ")
    // A letter that is there, but for one puzzle in eight.
    let letters = Array(generator.integer(in: 0...7) == 0 ? alphabet : words.joined())
    let letter = generator.element(of: letters)
    var count = 0
    let steps = words.map { word in
      word.map { character in
        guard character == letter else { return String(character) }
        count += 1
        return "\(character)\(count)"
      }.joined(separator: " ")
    }
    return Puzzle(
      question: """
        How many times does the letter "\(letter)" occur in "\(text)"? Answer with the number alone.
        """,
      short: "\(letter) in \(text)=", answer: "\(count)", steps: steps)
  }

  /// Letters from the end on; the working sets them apart.
  static func reversal(level: Int, using generator: inout CounterGenerator) -> Puzzle? {
    let letters = Array(alphabet)
    let drawn = (0..<2 * level + 2).map { _ in generator.element(of: letters) }
    let text = String(drawn)
    return Puzzle(
      question: "Write \"\(text)\" backwards. Answer with the letters alone.",
      short: "reverse \(text)=", answer: String(drawn.reversed()),
      steps: [drawn.map(String.init).joined(separator: " ")], form: "exact")
  }

  private static let alphabet = "abcdefghijklmnopqrstuvwxyz"
}
