import Randomness

/// Numbers and words to be put in order.
enum SortingPuzzles {
  /// `2 * level + 2` numbers below 100, or below 1000 from level 3 on.
  static func numbers(level: Int, using generator: inout CounterGenerator) -> Puzzle? {
    let limit = level < 3 ? 99 : 999
    let numbers = (0..<2 * level + 2).map { _ in generator.integer(in: 0...limit) }
    let isUp = generator.bit()
    return puzzle(
      numbers.map(String.init), sorted: numbers.sorted().map(String.init), isUp: isUp,
      "numbers from \(isUp ? "smallest to largest" : "largest to smallest")")
  }

  /// `level + 2` different words.
  static func words(level: Int, using generator: inout CounterGenerator) -> Puzzle? {
    var words: [String] = []
    while words.count < level + 2 {
      let word = generator.element(of: CommonWords.all)
      if !words.contains(word) { words.append(word) }
    }
    let isUp = generator.bit()
    return puzzle(
      words, sorted: words.sorted(), isUp: isUp,
      "words in \(isUp ? "alphabetical order" : "reverse alphabetical order")")
  }

  /// The same elements in another order have the same answer, so they are one problem.
  private static func puzzle(
    _ given: [String], sorted: [String], isUp: Bool, _ order: String
  ) -> Puzzle {
    let direction = isUp ? "up" : "down"
    let steps = (1..<sorted.count).map { count in
      (isUp ? sorted : sorted.reversed()).prefix(count).joined(separator: ", ")
    }
    return Puzzle(
      question: """
        Sort these \(order): \(given.joined(separator: ", ")). Answer with the list alone, \
        separated by commas.
        """,
      short: "\(direction) \(given.joined(separator: " "))=",
      answer: (isUp ? sorted : sorted.reversed()).joined(separator: ", "), steps: steps,
      form: "list", canonical: "\(direction) \(sorted.joined(separator: " "))")
  }
}
