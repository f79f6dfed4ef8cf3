/// The words that belong to a number, and those that make it something else.
enum NumberWords {
  /// The end of a percent sign or word at `start`; nil where there is none.
  static func percentEnd(_ text: [UInt8], _ start: Int) -> Int? {
    guard start < text.count else { return nil }
    if text[start] == UInt8(ascii: "%") { return start + 1 }
    let end = wordEnd(text, start)
    switch lowercased(text[start..<end]) {
    case "percent", "pct", "percentage": return end
    default: return nil
    }
  }

  /// The power of ten that a word at `start` multiplies with, and its end; nil where there is none.
  static func magnitude(_ text: [UInt8], _ start: Int) -> (exponent: Int, end: Int)? {
    let end = wordEnd(text, start)
    switch lowercased(text[start..<end]) {
    case "hundred": return (2, end)
    case "thousand": return (3, end)
    case "million": return (6, end)
    case "billion": return (9, end)
    case "trillion": return (12, end)
    default: return nil
    }
  }

  /// Whether letters written right behind a digit are a unit, as in `18kg`, rather than a symbol or
  /// a function, as in `3x`.
  static func isUnit(_ word: ArraySlice<UInt8>) -> Bool {
    if word.count == 1 { return word.allSatisfy { "mgshlLtdVWJNCF".utf8.contains($0) } }
    guard word.count <= 20 else { return false }
    switch lowercased(word) {
    case "pi", "xy", "yz", "xz", "xyz", "ab", "bc", "ac", "abc", "ln", "log", "sin", "cos", "tan",
      "sqrt", "exp", "mod", "bn", "mn", "mil":
      return false
    default: return true
    }
  }

  /// The end of a power of a unit that stands apart, as in `15 cm^2`; nil where there is none.
  static func unitPowerEnd(_ text: [UInt8], _ start: Int) -> Int? {
    var at = start
    while at < text.count, text[at].isBlank { at += 1 }
    let end = wordEnd(text, at)
    let unit = text[at..<end]
    guard at > start, !unit.isEmpty, isUnit(unit), !isFactor(unit) else { return nil }
    at = end
    while at < text.count, text[at].isBlank { at += 1 }
    guard at < text.count, text[at] == UInt8(ascii: "^") else { return nil }
    at += 1
    let isBraced = at < text.count && text[at] == UInt8(ascii: "{")
    if isBraced { at += 1 }
    guard at < text.count, "23".utf8.contains(text[at]) else { return nil }
    at += 1
    guard isBraced else { return at }
    return at < text.count && text[at] == UInt8(ascii: "}") ? at + 1 : nil
  }

  /// Whether a word behind a digit and a space is a factor, as in `3 x`, rather than prose.
  static func isFactor(_ word: ArraySlice<UInt8>) -> Bool {
    if word.count == 1 { return word.allSatisfy { "xyznkiXYZNKMB".utf8.contains($0) } }
    switch lowercased(word) {
    case "pi", "mod", "pmod", "squared", "cubed", "factorial", "choose", "plus", "minus", "times",
      "divided", "dozen":
      return true
    default: return false
    }
  }

  /// Whether a word makes another value of the number right behind it, or a bound, or denies it.
  static func changesNumber(_ word: ArraySlice<UInt8>) -> Bool {
    switch lowercased(word) {
    case "minus", "negative", "plus", "times", "sqrt", "root", "log", "ln", "sin", "cos", "tan",
      "exp", "pi", "not", "than", "least", "most", "mod":
      return true
    default: return false
    }
  }

  /// Whether words beside a number leave open whether it is meant.
  static func isHedged(_ text: ArraySlice<UInt8>) -> Bool {
    let words = text.split { !$0.isLetter }
    return words.contains { word in
      guard (2...13).contains(word.count) else { return false }
      switch lowercased(word) {
      case "or", "maybe", "perhaps", "possibly", "alternatively", "either": return true
      default: return false
      }
    }
  }

  /// Where the letters at `start` end.
  static func wordEnd(_ text: [UInt8], _ start: Int) -> Int {
    var end = start
    while end < text.count, text[end].isLetter { end += 1 }
    return end
  }

  private static func lowercased(_ word: ArraySlice<UInt8>) -> String {
    guard word.count <= 20 else { return "" }
    return String(decoding: word.map { $0 | 0x20 }, as: UTF8.self)
  }
}
