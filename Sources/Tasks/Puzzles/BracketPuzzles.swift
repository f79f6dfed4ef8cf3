import Randomness

/// Brackets that are opened, of which some are closed.
enum BracketPuzzles {
  private static let partners: [Character: Character] = ["(": ")", "[": "]", "<": ">"]

  /// `2 * level + 2` brackets that leave at least one open; the working lists those that are open.
  static func draw(level: Int, using generator: inout CounterGenerator) -> Puzzle? {
    var (text, open): ([Character], [Character]) = ([], [])
    for _ in 0..<2 * level + 2 {
      // Two of three brackets open, so that something is left to close.
      if let last = open.last, let partner = partners[last], generator.integer(in: 0...2) == 0 {
        open.removeLast()
        text.append(partner)
      } else {
        let bracket = generator.element(of: ["(", "[", "<"] as [Character])
        open.append(bracket)
        text.append(bracket)
      }
    }
    guard !open.isEmpty else { return nil }
    return Puzzle(
      question: """
        Which brackets are missing at the end of \(String(text)) so that each is closed in order? \
        Answer with the missing brackets alone.
        """,
      short: "close \(String(text))=", answer: String(open.reversed().compactMap { partners[$0] }),
      steps: [open.map(String.init).joined(separator: " ")], form: "compact")
  }
}
