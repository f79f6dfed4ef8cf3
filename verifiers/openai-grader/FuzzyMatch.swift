/// `WRatio` of RapidFuzz 3, divided by 100, on texts as they are: case and marks count.
///
/// It takes the best of a plain ratio and ratios of sorted and of shared words, and for texts of
/// very different lengths of the best window of the longer one, each with a weight.
///
/// - SeeAlso: RapidFuzz, `rapidfuzz.fuzz`; the ratios are of FuzzyWuzzy.
enum FuzzyMatch {
  private typealias Symbols = [UInt32]

  private static let wordWeight = 0.95

  /// The similarity of two texts, `0...1`; 0 where one is empty.
  static func weightedRatio(_ first: String, _ second: String) -> Double {
    let a = first.unicodeScalars.map(\.value)
    let b = second.unicodeScalars.map(\.value)
    guard !a.isEmpty, !b.isEmpty else { return 0 }
    let lengths = Double(max(a.count, b.count)) / Double(min(a.count, b.count))
    let plain = ratio(a, b)
    if lengths < 1.5 { return max(plain, wordRatio(a, b) * wordWeight) }
    let weight = lengths <= 8 ? 0.9 : 0.6
    return max(
      plain, partialRatio(a, b) * weight, partialWordRatio(a, b) * wordWeight * weight)
  }

  // MARK: - Ratios of symbols

  /// Twice the longest common subsequence, divided by both lengths.
  private static func ratio(_ a: Symbols, _ b: Symbols) -> Double {
    guard !a.isEmpty || !b.isEmpty else { return 1 }
    var pattern = CommonSubsequence(a)
    return 2 * Double(pattern.length(with: b)) / Double(a.count + b.count)
  }

  /// The best ratio of the shorter text with a window of the longer one, which may hang over its
  /// beginning or end.
  private static func partialRatio(_ a: Symbols, _ b: Symbols) -> Double {
    guard !a.isEmpty || !b.isEmpty else { return 1 }
    let (shorter, longer) = a.count <= b.count ? (a, b) : (b, a)
    let best = bestWindow(shorter, longer)
    return a.count == b.count ? max(best, bestWindow(longer, shorter)) : best
  }

  private static func bestWindow(_ shorter: Symbols, _ longer: Symbols) -> Double {
    guard !shorter.isEmpty else { return 0 }
    var best = 0.0
    func tried(_ common: Int, _ length: Int) {
      best = max(best, 2 * Double(common) / Double(length + shorter.count))
    }
    var pattern = CommonSubsequence(shorter)
    let beginnings = pattern.lengths(withBeginningsOf: longer.prefix(shorter.count))
    for (index, common) in beginnings.enumerated() { tried(common, index + 1) }
    // An end is the beginning of the text read backwards.
    var backwards = CommonSubsequence(shorter.reversed())
    let ends = backwards.lengths(withBeginningsOf: longer.suffix(shorter.count).reversed())
    for (index, common) in ends.enumerated() { tried(common, index + 1) }
    for start in 0..<longer.count - shorter.count where best < 1 {
      tried(pattern.length(with: longer[start..<start + shorter.count]), shorter.count)
    }
    return best
  }

  // MARK: - Ratios of words

  private static func wordRatio(_ a: Symbols, _ b: Symbols) -> Double {
    let (first, second) = (words(a), words(b))
    return max(
      ratio(joined(first.sorted(by: precedes)), joined(second.sorted(by: precedes))),
      sharedWordRatio(Set(first), Set(second)))
  }

  /// Compares what is common to two sets of words with either of them.
  private static func sharedWordRatio(_ first: Set<Symbols>, _ second: Set<Symbols>) -> Double {
    guard !first.isEmpty, !second.isEmpty else { return 0 }
    let shared = first.intersection(second)
    let (onlyFirst, onlySecond) = (first.subtracting(shared), second.subtracting(shared))
    if !shared.isEmpty, onlyFirst.isEmpty || onlySecond.isEmpty { return 1 }
    let (restA, restB) = (
      joined(onlyFirst.sorted(by: precedes)), joined(onlySecond.sorted(by: precedes))
    )
    let common = joined(Array(shared)).count
    let blank = common > 0 ? 1 : 0
    let (lengthA, lengthB) = (common + blank + restA.count, common + blank + restB.count)
    var pattern = CommonSubsequence(restA)
    let distance = restA.count + restB.count - 2 * pattern.length(with: restB)
    let whole = nearness(distance, lengthA + lengthB)
    guard common > 0 else { return whole }
    return max(
      whole, nearness(blank + restA.count, common + lengthA),
      nearness(blank + restB.count, common + lengthB))
  }

  private static func partialWordRatio(_ a: Symbols, _ b: Symbols) -> Double {
    let (first, second) = (words(a), words(b))
    let (firstSet, secondSet) = (Set(first), Set(second))
    if !firstSet.isDisjoint(with: secondSet) { return 1 }
    return max(
      partialRatio(joined(first.sorted(by: precedes)), joined(second.sorted(by: precedes))),
      partialRatio(joined(firstSet.sorted(by: precedes)), joined(secondSet.sorted(by: precedes))))
  }

  private static func nearness(_ distance: Int, _ length: Int) -> Double {
    length == 0 ? 1 : 1 - Double(distance) / Double(length)
  }

  private static func words(_ text: Symbols) -> [Symbols] {
    text.split { symbol in
      (0x1C...0x1F).contains(symbol)
        || Unicode.Scalar(symbol).map(\.properties.isWhitespace) ?? false
    }.map(Array.init)
  }

  private static func joined(_ words: [Symbols]) -> Symbols {
    Array(words.joined(separator: [0x20]))
  }

  private static func precedes(_ a: Symbols, _ b: Symbols) -> Bool {
    a.lexicographicallyPrecedes(b)
  }
}
