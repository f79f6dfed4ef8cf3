/// Numbers within folded text: one spelling for one value.
enum FoldedNumber {
  /// Powers of ten beyond which an exponent is left as it is written.
  private static let exponentLimit = 40

  /// Spells a word that is a decimal number, `1,337.50`, in one way, `1337.5`.
  ///
  /// - Parameter word: A folded word, perhaps with a sign, points, and commas between digits.
  /// - Returns: The spelling; nil for another word.
  static func canonical(_ word: String) -> String? {
    guard let first = word.utf8.first, first < UInt8(ascii: ":") else { return nil }
    if first != UInt8(ascii: "0"), word.utf8.allSatisfy(\.isDigit) { return word }
    var text = Substring(word)
    let isNegative = text.first == "-"
    if isNegative || text.first == "+" { text.removeFirst() }
    var exponent = 0
    if let mark = text.firstIndex(of: "e") {
      guard let power = Int(text[text.index(after: mark)...]), abs(power) <= exponentLimit else {
        return nil
      }
      exponent = power
      text = text[..<mark]
    }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = parts.count == 2 ? String(parts[1]) : ""
    guard parts.count <= 2,
      let whole = parts[0].isEmpty && !fraction.isEmpty ? "" : withoutThousands(parts[0]),
      parts.count == 1 || !fraction.isEmpty, fraction.utf8.allSatisfy(\.isDigit)
    else { return nil }
    return plain(whole: whole, fraction: fraction, exponent: exponent, isNegative: isNegative)
  }

  /// The numbers of `1,2,3`, or the one number `1,234,567`; commas join digits only in threes.
  static func list(_ word: String) -> [String] {
    if let number = canonical(word) { return [number] }
    return word.split(separator: ",").map { canonical(String($0)) ?? String($0) }
  }

  /// A word whose numbers, between `/`, `-`, `:` and `*`, are each spelled in one way: `3/2`.
  static func joined(_ word: String) -> String {
    var (joined, part) = ("", "")
    for scalar in word.unicodeScalars {
      if !part.isEmpty, part != "-", ["/", "-", ":", "*"].contains(scalar) {
        joined += canonical(part) ?? part
        joined.unicodeScalars.append(scalar)
        part = ""
      } else {
        part.unicodeScalars.append(scalar)
      }
    }
    return joined + (canonical(part) ?? part)
  }

  // MARK: - Digits

  private static func withoutThousands(_ text: Substring) -> String? {
    let groups = text.split(separator: ",", omittingEmptySubsequences: false)
    guard groups.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(\.isDigit) }) else { return nil }
    if groups.count > 1 {
      guard groups[0].utf8.count <= 3, groups[0].utf8.first != UInt8(ascii: "0"),
        groups.dropFirst().allSatisfy({ $0.utf8.count == 3 })
      else { return nil }
    }
    return groups.joined()
  }

  private static func plain(
    whole: String, fraction: String, exponent: Int, isNegative: Bool
  ) -> String {
    let zero = UInt8(ascii: "0")
    var digits = Array(whole.utf8) + Array(fraction.utf8)
    var point = whole.utf8.count + exponent
    if point < 0 {
      digits.insert(contentsOf: repeatElement(zero, count: -point), at: 0)
      point = 0
    } else if point > digits.count {
      digits += repeatElement(zero, count: point - digits.count)
    }
    let head = digits[..<point].drop { $0 == zero }
    let end = digits[point...].lastIndex { $0 != zero }.map { $0 + 1 } ?? point
    let tail = digits[point..<end]
    if head.isEmpty, tail.isEmpty { return "0" }
    let text =
      (head.isEmpty ? "0" : String(decoding: head, as: UTF8.self))
      + (tail.isEmpty ? "" : "." + String(decoding: tail, as: UTF8.self))
    return isNegative ? "-" + text : text
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
