/// Takes away what a text's answer is wrapped in.
enum TextFolding {
  /// Pairs of marks that may enclose an answer, longer ones first.
  private static let wrappers: [(open: String, close: String)] = [
    ("\\textbf{", "}"), ("\\mathrm{", "}"), ("\\text{", "}"), ("***", "***"), ("**", "**"),
    ("*", "*"), ("`", "`"), ("\"", "\""), ("'", "'"), ("\u{201C}", "\u{201D}"),
    ("\u{2018}", "\u{2019}"), ("\\(", "\\)"), ("\\[", "\\]"), ("$", "$"),
  ]
  /// Wrappers inside each other, at most.
  private static let depthLimit = 8

  /// The text without wrappers, in lower case, with single blanks between words.
  static func folded(_ text: Substring) -> String {
    unwrapped(text).split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
  }

  /// The text without blanks, quotes, emphasis and a full stop around it.
  static func unwrapped(_ text: Substring) -> Substring {
    var text = trimmed(text)
    for _ in 0..<depthLimit {
      let before = text.utf8.count
      if text.utf8.count > 1, text.last == ".", !text.hasSuffix("..") {
        text = trimmed(text.dropLast())
      }
      for (open, close) in wrappers
      where text.utf8.count > open.utf8.count + close.utf8.count && text.hasPrefix(open)
        && text.hasSuffix(close)
      {
        let inside = text.dropFirst(open.count).dropLast(close.count)
        // Two things that are each in quotes are not one.
        guard !inside.contains(close) else { continue }
        text = trimmed(inside)
        break
      }
      if text.utf8.count == before { break }
    }
    return text
  }

  /// The text between one pair of brackets around all of it.
  static func unbracketed(_ text: Substring) -> Substring {
    for (open, close) in [("[", "]"), ("(", ")"), ("{", "}")]
    where text.utf8.count > 1 && text.hasPrefix(open) && text.hasSuffix(close) {
      return text.dropFirst().dropLast()
    }
    return text
  }

  /// The text without blanks and line breaks at its ends.
  static func trimmed(_ text: Substring) -> Substring {
    guard let last = text.lastIndex(where: { !$0.isWhitespace }) else { return text.suffix(0) }
    return text[...last].drop(while: \.isWhitespace)
  }

  /// The one spelling of a decimal number, without needless zeros; nil for anything else.
  static func decimal(_ text: String) -> String? {
    var digits = Array(text.utf8)[...]
    if text.hasPrefix("\u{2212}") { digits = [UInt8(ascii: "-")] + digits.dropFirst(3) }
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
    let parts = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }), !parts.isEmpty,
      parts.allSatisfy({ $0.allSatisfy { $0 &- 48 < 10 } })
    else { return nil }
    let zero = UInt8(ascii: "0")
    let whole = parts[0].drop { $0 == zero }
    var fraction = parts.count == 2 ? parts[1] : []
    while fraction.last == zero { fraction.removeLast() }
    if whole.isEmpty, fraction.isEmpty { return "0" }
    return (isNegative ? "-" : "") + (whole.isEmpty ? "0" : String(decoding: whole, as: UTF8.self))
      + (fraction.isEmpty ? "" : "." + String(decoding: fraction, as: UTF8.self))
  }
}
