/// The longest common subsequence of a fixed pattern and other texts, 64 symbols at a time.
///
/// - SeeAlso: Hyyrö 2004 (Bit-parallel LCS-length computation revisited).
struct CommonSubsequence {
  /// Symbols of the pattern.
  let count: Int
  private let words: Int
  /// For each symbol of the pattern, the bits of the places where it stands.
  private var places: [UInt32: [UInt64]] = [:]
  /// Zeros mark the places that a longest subsequence uses.
  private var free: [UInt64] = []

  init(_ pattern: some Collection<UInt32>) {
    count = pattern.count
    words = (pattern.count + 63) / 64
    for (place, symbol) in pattern.enumerated() {
      places[symbol, default: [UInt64](repeating: 0, count: words)][place / 64] |=
        1
        << UInt64(place % 64)
    }
  }

  /// The length of the longest common subsequence with a text.
  mutating func length(with text: some Sequence<UInt32>) -> Int {
    free = [UInt64](repeating: .max, count: words)
    for symbol in text { take(symbol) }
    return used
  }

  /// The lengths with each beginning of a text, the one of a single symbol first.
  mutating func lengths(withBeginningsOf text: some Sequence<UInt32>) -> [Int] {
    free = [UInt64](repeating: .max, count: words)
    return text.map { symbol in
      take(symbol)
      return used
    }
  }

  // MARK: - One symbol

  private mutating func take(_ symbol: UInt32) {
    guard let mask = places[symbol] else { return }
    var carry = false
    for word in 0..<words {
      let matched = free[word] & mask[word]
      let (sum, overflows) = free[word].addingReportingOverflow(matched)
      let (total, overflowsAgain) = sum.addingReportingOverflow(carry ? 1 : 0)
      carry = overflows || overflowsAgain
      free[word] = total | free[word] & ~mask[word]
    }
  }

  private var used: Int {
    var length = 0
    for word in 0..<words {
      let symbols = min(64, count - word * 64)
      let bits: UInt64 = symbols == 64 ? .max : 1 << UInt64(symbols) - 1
      length += (~free[word] & bits).nonzeroBitCount
    }
    return length
  }
}
