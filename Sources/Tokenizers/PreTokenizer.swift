/// How text is cut into words before merging; no token crosses a cut.
///
/// Each case is a regular expression that its makers published, scanned by hand: a general engine
/// is some hundred times slower.
package enum PreTokenizer: String, CaseIterable, Sendable {
  /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
  case gpt2
  /// Each `\p{N}` on its own; what lies between as in `gpt2`. SmolLM, StarCoder, Refact.
  case digits
  /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
  case qwen2
  /// As `qwen2`, with `\p{N}{1,3}`.
  case llama3

  /// Cuts `text` into ranges of bytes that lie one behind the other.
  func words(of text: ClassifiedText) -> [Range<Int>] {
    var words: [Range<Int>] = []
    var position = 0
    var segmentEnd = 0
    while position < text.count {
      let end: Int
      switch self {
      case .gpt2: end = Self.gpt2Word(text, position, before: text.count)
      case .digits:
        if segmentEnd <= position {
          segmentEnd = text.end(ofRunAt: position, before: text.count) { $0 != .number }
        }
        end =
          text.classes[position] == .number
          ? position + 1 : Self.gpt2Word(text, position, before: segmentEnd)
      case .qwen2: end = Self.qwenWord(text, position, digits: 1)
      case .llama3: end = Self.qwenWord(text, position, digits: 3)
      }
      words.append(text.starts[position]..<text.starts[end])
      position = end
    }
    return words
  }

  // MARK: - Words

  private static func gpt2Word(_ text: ClassifiedText, _ start: Int, before end: Int) -> Int {
    if let end = contraction(text, start, before: end, ignoringCase: false) { return end }
    let body = afterBlank(text, start, before: end)
    let kind = text.classes[body]
    if kind.isWhitespace { return whitespace(text, start, before: end) }
    return text.end(ofRunAt: body, before: end) { $0 == kind }
  }

  private static func qwenWord(_ text: ClassifiedText, _ start: Int, digits: Int) -> Int {
    let end = text.count
    if let end = contraction(text, start, before: end, ignoringCase: true) { return end }
    switch text.classes[start] {
    case .letter: return text.end(ofRunAt: start, before: end) { $0 == .letter }
    case .number:
      return text.end(ofRunAt: start, before: min(end, start + digits)) { $0 == .number }
    case .space, .other:
      if start + 1 < end, text.classes[start + 1] == .letter {
        return text.end(ofRunAt: start + 1, before: end) { $0 == .letter }
      }
    case .newline: break
    }
    let body = afterBlank(text, start, before: end)
    if text.classes[body] == .other {
      let bodyEnd = text.end(ofRunAt: body, before: end) { $0 == .other }
      return text.end(ofRunAt: bodyEnd, before: end) { $0 == .newline }
    }
    let runEnd = text.end(ofRunAt: start, before: end) { $0.isWhitespace }
    if let newline = (start..<runEnd).last(where: { text.classes[$0] == .newline }) {
      return newline + 1
    }
    return whitespace(text, start, before: end)
  }

  /// `\s+(?!\S)|\s+`: the last of several spaces is left to the word behind them.
  private static func whitespace(_ text: ClassifiedText, _ start: Int, before end: Int) -> Int {
    let runEnd = text.end(ofRunAt: start, before: end) { $0.isWhitespace }
    return runEnd == end || runEnd == start + 1 ? runEnd : runEnd - 1
  }

  /// The position behind one U+0020, where a word follows it.
  private static func afterBlank(_ text: ClassifiedText, _ start: Int, before end: Int) -> Int {
    let takesBlank =
      text.scalars[start] == " " && start + 1 < end && !text.classes[start + 1].isWhitespace
    return takesBlank ? start + 1 : start
  }

  private static func contraction(
    _ text: ClassifiedText, _ start: Int, before end: Int, ignoringCase: Bool
  ) -> Int? {
    guard text.scalars[start] == "'", start + 1 < end else { return nil }
    func letter(_ index: Int) -> Unicode.Scalar {
      let scalar = text.scalars[index]
      guard ignoringCase else { return scalar }
      // U+017F is the one scalar outside ASCII that folds to a letter of these words.
      if scalar == "\u{17F}" { return "s" }
      return scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar
    }
    switch letter(start + 1) {
    case "s", "t", "m", "d": return start + 2
    case "r", "v": return start + 2 < end && letter(start + 2) == "e" ? start + 3 : nil
    case "l": return start + 2 < end && letter(start + 2) == "l" ? start + 3 : nil
    default: return nil
    }
  }
}
