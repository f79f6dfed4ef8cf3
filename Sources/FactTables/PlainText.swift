/// Folds the texts that most keys and answers are, in one pass over their bytes: words of ASCII
/// letters and whole numbers with spaces between them.
enum PlainText {
  /// The folded text; nil where it takes more than lower case, single spaces and leaving out `the`.
  static func folded(_ text: String) -> String? {
    var folded: [UInt8] = []
    folded.reserveCapacity(text.utf8.count)
    var words = WordCount()
    var start = 0
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        folded.append(byte)
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): folded.append(byte | 0x20)
      case UInt8(ascii: " "):
        if start < folded.count {
          guard words.takeLast(of: &folded, from: start) else { return nil }
          if start < folded.count { folded.append(byte) }
          start = folded.count
        }
      default: return nil
      }
    }
    if start < folded.count {
      guard words.takeLast(of: &folded, from: start) else { return nil }
    }
    if folded.last == UInt8(ascii: " ") { folded.removeLast() }
    return folded.isEmpty || words.mayBeDate ? nil : String(decoding: folded, as: UTF8.self)
  }

  /// What has been read so far, as far as it decides whether a text is plain.
  private struct WordCount {
    private var words = 0
    private var numbers = 0
    private var mayNameMonth = false

    /// Whether dates must be looked for: they have a month's name, or are three numbers.
    var mayBeDate: Bool {
      (2...4).contains(words) && numbers > 0 && (mayNameMonth || numbers == 3)
    }

    /// Takes the word that `folded` ends with, or removes it where it is left out.
    ///
    /// - Returns: Whether the text may still be plain.
    mutating func takeLast(of folded: inout [UInt8], from start: Int) -> Bool {
      let first = folded[start]
      let count = folded.count - start
      if first <= UInt8(ascii: "9") {
        let isWhole = folded[start...].allSatisfy { $0 <= UInt8(ascii: "9") }
        guard isWhole, count == 1 || first != UInt8(ascii: "0") else { return false }
        numbers += 1
      } else if first == UInt8(ascii: "a"), start == 0,
        count == 1 || count == 2 && folded[start + 1] == UInt8(ascii: "n")
      {
        return false
      } else if count == 3, folded[start...].elementsEqual("the".utf8) {
        folded.removeSubrange(start...)
        return true
      } else if count >= 3, "jfmasond".utf8.contains(first) {
        mayNameMonth = true
      }
      words += 1
      return true
    }
  }
}
