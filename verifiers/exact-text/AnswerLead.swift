/// What a completion says right before a box or a tag with its answer.
struct AnswerLead {
  /// A word that denies or doubts the answer; nil where none does.
  let doubt: String?

  /// Bytes before the marker that are looked at.
  private static let byteLimit = 512
  /// Count within the clause: `4 is not odd, so it is` denies nothing that follows.
  private static let denials: Set = [
    "not", "no", "never", "neither", "nor", "cannot", "false", "untrue", "wrong", "incorrect",
  ]
  /// Count within the sentence.
  private static let hedges: Set = [
    "maybe", "perhaps", "possibly", "might", "doubt", "unsure", "unlikely", "unless",
  ]
  private static let conclusions: Set = ["so", "thus", "therefore", "hence"]

  /// - Parameter text: All that stands before the marker.
  init(_ text: ArraySlice<UInt8>) {
    let near = String(decoding: text.suffix(Self.byteLimit), as: UTF8.self).lowercased()
      .replacing("\u{2019}", with: "'")
    let sentence =
      near.split(omittingEmptySubsequences: false) { ".;!?\n\r\r\n".contains($0) }.last ?? ""
    let clause = sentence.split(omittingEmptySubsequences: false) { ",:".contains($0) }.last ?? ""
    var words = Self.words(clause)
    if let last = words.lastIndex(where: Self.conclusions.contains) {
      words.removeFirst(last + 1)
    }
    // Of `as 4 is not odd the answer is` the beginning is another clause.
    if let answer = words.lastIndex(of: "answer"), answer > 0,
      ["the", "final"].contains(words[answer - 1])
    {
      words.removeFirst(answer)
    }
    doubt =
      words.first { Self.denials.contains($0) || $0.hasSuffix("n't") }
      ?? Self.words(sentence).first(where: Self.hedges.contains)
  }

  private static func words(_ text: Substring) -> [String] {
    text.split { !$0.isLetter && $0 != "'" }.map(String.init)
  }
}
