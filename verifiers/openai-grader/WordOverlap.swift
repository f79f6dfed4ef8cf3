import Foundation

/// Runs of words that a text shares with its reference.
struct WordOverlap {
  /// What a word is.
  enum Words {
    case betweenBlanks
    /// In lower case.
    case lettersAndDigits
  }

  /// Words as numbers, the same for the same word.
  private let text: [UInt32]
  private let reference: [UInt32]

  init(_ text: String, _ reference: String, words: Words) {
    var numbers: [Substring: UInt32] = [:]
    func numbered(_ words: [Substring]) -> [UInt32] {
      words.map { word in
        let number = numbers[word] ?? UInt32(numbers.count)
        numbers[word] = number
        return number
      }
    }
    switch words {
    case .betweenBlanks:
      self.text = numbered(text.split(whereSeparator: \.isWhitespace))
      self.reference = numbered(reference.split(whereSeparator: \.isWhitespace))
    case .lettersAndDigits:
      func split(_ text: String) -> [Substring] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }
      }
      self.text = numbered(split(text))
      self.reference = numbered(split(reference))
    }
  }

  /// Sentence BLEU: `brevity · exp(mean log precision)` over runs of one to four words.
  ///
  /// An order without a match counts as half of the one before, and orders for which the text is too
  /// short do not count.
  ///
  /// - SeeAlso: Papineni 2002; Chen and Cherry 2014, method 3.
  var bleu: Double {
    var logs: [Double] = []
    var smoothing = 1.0
    var hasMatch = false
    for count in 1...4 where text.count >= count {
      let total = Double(text.count - count + 1)
      let common = Double(shared(runsOf: count))
      hasMatch = hasMatch || common > 0
      if common == 0 { smoothing *= 2 }
      logs.append(Foundation.log(common > 0 ? common / total : 1 / (smoothing * total)))
    }
    guard hasMatch else { return 0 }
    let brevity =
      text.count < reference.count ? exp(1 - Double(reference.count) / Double(text.count)) : 1
    return brevity * exp(logs.reduce(0, +) / Double(logs.count))
  }

  /// The smaller of precision and recall over all runs of one to four words.
  ///
  /// - SeeAlso: Wu 2016 (Google's neural machine translation system).
  var gleu: Double {
    var (common, all): (Int, Int) = (0, 0)
    for count in 1...4 {
      common += shared(runsOf: count)
    }
    func runs(_ words: [UInt32]) -> Int { (1...4).reduce(0) { $0 + max(0, words.count - $1 + 1) } }
    all = max(runs(text), runs(reference))
    return all == 0 ? 0 : Double(common) / Double(all)
  }

  /// F1 of runs of `count` words.
  ///
  /// - SeeAlso: Lin 2004 (ROUGE).
  func rouge(words count: Int) -> Double {
    harmonic(
      shared(runsOf: count), of: max(text.count - count + 1, 0),
      and: max(reference.count - count + 1, 0))
  }

  /// F1 of the longest common subsequence of words.
  var rougeLongest: Double {
    var pattern = CommonSubsequence(reference)
    return harmonic(pattern.length(with: text), of: text.count, and: reference.count)
  }

  private func harmonic(_ common: Int, of first: Int, and second: Int) -> Double {
    common == 0 ? 0 : 2 * Double(common) / Double(first + second)
  }

  /// Runs of `count` words that both have, each as often as in the one that has it less often.
  private func shared(runsOf count: Int) -> Int {
    var left = counts(reference, count)
    var common = 0
    for start in 0..<max(text.count - count + 1, 0) {
      let run = text[start..<start + count]
      if let number = left[run], number > 0 {
        left[run] = number - 1
        common += 1
      }
    }
    return common
  }

  private func counts(_ words: [UInt32], _ count: Int) -> [ArraySlice<UInt32>: Int] {
    var counts: [ArraySlice<UInt32>: Int] = [:]
    for start in 0..<max(words.count - count + 1, 0) {
      counts[words[start..<start + count], default: 0] += 1
    }
    return counts
  }
}
