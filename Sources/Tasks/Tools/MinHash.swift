import Randomness

/// Signatures whose agreement estimates how much two sets share.
///
/// Position `i` of a signature is the least hash of the set's elements under function `i`. Two sets
/// agree there with the probability of their Jaccard similarity `|A ∩ B| / |A ∪ B|`, so that the
/// share of equal positions estimates it, with a deviation of `sqrt(s (1 - s) / count)`.
///
/// - SeeAlso: Broder 1997 (On the resemblance and containment of documents).
package struct MinHash: Sendable {
  private let keys: [UInt64]

  /// - Parameters:
  ///   - count: Positions of a signature.
  ///   - seed: Picks the functions.
  package init(count: Int, seed: UInt64 = 1) {
    var generator = CounterGenerator(keys: seed, 0x6D69_6E68)
    keys = (0..<count).map { _ in generator.next() }
  }

  /// The signature of a set.
  ///
  /// - Parameter elements: Hashes of its elements.
  /// - Returns: One number a function; all are the largest for the empty set.
  package func signature(of elements: some Sequence<UInt64>) -> [UInt64] {
    var least = [UInt64](repeating: .max, count: keys.count)
    for element in elements {
      for index in keys.indices {
        least[index] = min(least[index], CounterGenerator.mix(element ^ keys[index]))
      }
    }
    return least
  }

  /// The share of equal positions.
  package static func similarity(_ one: [UInt64], _ other: [UInt64]) -> Double {
    precondition(one.count == other.count, "signatures of \(one.count) and \(other.count)")
    guard !one.isEmpty else { return 1 }
    return Double(zip(one, other).count { $0 == $1 }) / Double(one.count)
  }
}

/// A text's n-grams, each once, by their hashes in ascending order.
package struct Shingles: Equatable, Sendable {
  package let hashes: [UInt64]

  /// - Parameters:
  ///   - text: Any text.
  ///   - unit: What n-grams are made of.
  ///   - size: Pieces of an n-gram; a shorter text is one n-gram.
  package init(_ text: String, unit: ProblemText.Unit, size: Int) {
    precondition(size > 0, "n-grams of \(size)")
    let text = ProblemText.normalised(text)
    let pieces =
      switch unit {
      case .words: ProblemText.words(of: text, keepsMarks: true)
      case .characters: ProblemText.characters(of: text)
      }
    let numbers = pieces.map { HeldOutSplit.hash($0.text) }
    let length = min(size, numbers.count)
    guard length > 0 else {
      hashes = []
      return
    }
    let grams = (0...numbers.count - length).map { start in
      NGram.hash(numbers[start..<start + length])
    }
    hashes = Set(grams).sorted()
  }

  /// `|A ∩ B| / |A ∪ B|`; 1 for two that are empty.
  package func jaccard(_ other: Shingles) -> Double {
    var (shared, i, j) = (0, 0, 0)
    while i < hashes.count, j < other.hashes.count {
      if hashes[i] == other.hashes[j] {
        (shared, i, j) = (shared + 1, i + 1, j + 1)
      } else if hashes[i] < other.hashes[j] {
        i += 1
      } else {
        j += 1
      }
    }
    let all = hashes.count + other.hashes.count - shared
    return all == 0 ? 1 : Double(shared) / Double(all)
  }
}

/// Pieces in a row.
enum NGram {
  /// One number for the hashes of pieces, whose order counts.
  static func hash(_ pieces: ArraySlice<UInt64>) -> UInt64 {
    pieces.reduce(0x9E37_79B9_7F4A_7C15) { CounterGenerator.mix($0 &* 0x100_0000_01B3 ^ $1) }
  }
}
