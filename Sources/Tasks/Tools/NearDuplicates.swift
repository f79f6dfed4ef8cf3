/// Finds texts that are nearly the same, without comparing each with each.
///
/// Signatures (``MinHash``) are cut into bands. Two texts are compared where one band of them is
/// equal, which happens with probability `1 - (1 - s^rows)^bands` at Jaccard similarity `s`: with
/// 32 bands of 4 rows, 0.873 at 0.5, 0.988 at 0.6 and 0.9998 at 0.7. Whether they are duplicates is
/// then decided by their n-grams themselves, so that no estimate is ever taken for the truth.
///
/// - SeeAlso: Leskovec, Rajaraman and Ullman 2014 (Mining of Massive Datasets), section 3.4.
package struct NearDuplicates: Sendable {
  /// Positions of a signature that are looked up together.
  package static let rows = 4
  /// Lookups for each text.
  package static let bands = 32
  /// Texts of one lookup that a text is compared with, at most: the latest ones.
  package static let comparisonLimit = 256

  /// What n-grams are made of.
  package var unit = ProblemText.Unit.words
  /// Pieces of an n-gram.
  package var size = 3
  /// The least Jaccard similarity of two duplicates, `0...1`; 1 for equal sets of n-grams.
  package var threshold = 0.8

  package init() {}

  /// A text that comes again.
  package struct Duplicate: Equatable, Sendable {
    /// The later text, by its place.
    package let index: Int
    /// The first text of its group, by its place.
    package let first: Int
    /// The text before it that it is most similar to.
    package let nearest: Int
    /// Jaccard similarity to `nearest`; 1 where the texts are equal.
    package let similarity: Double
    /// Whether the texts are equal, but for blanks at their ends.
    package let isExact: Bool
  }

  /// What was found.
  package struct Finding: Equatable, Sendable {
    /// In the order of the texts.
    package var duplicates: [Duplicate] = []
    /// Comparisons that were left out, since too many texts share a lookup.
    package var leftOut = 0
  }

  /// Finds every text that is a duplicate of one before it.
  ///
  /// - Parameters:
  ///   - texts: The texts, of which the first of each group is kept.
  ///   - progress: Told how many are done.
  /// - Returns: The duplicates; the same ones on every machine.
  package func find(in texts: [String], progress: (Int) -> Void = { _ in }) -> Finding {
    var finding = Finding()
    var groups: [Int] = []  // for each text, the first of its group
    var firstByText: [String: Int] = [:]
    var shingles: [Int: Shingles] = [:]
    var tables = [[UInt64: [Int]]](repeating: [:], count: Self.bands)
    let hash = MinHash(count: Self.bands * Self.rows)
    for (index, text) in texts.enumerated() {
      defer { progress(index + 1) }
      let key = String(ProblemText.trimmed(text))
      if let same = firstByText[key] {
        groups.append(groups[same])
        finding.duplicates.append(
          Duplicate(index: index, first: groups[same], nearest: same, similarity: 1, isExact: true))
        continue
      }
      firstByText[key] = index
      let own = Shingles(text, unit: unit, size: size)
      let signature = hash.signature(of: own.hashes)
      let (candidates, leftOut) = Self.enter(index, signature, into: &tables)
      finding.leftOut += leftOut
      var nearest: (index: Int, similarity: Double)?
      for candidate in candidates.sorted() {
        guard let other = shingles[candidate] else { continue }
        let similarity = own.jaccard(other)
        if similarity >= threshold, similarity > nearest?.similarity ?? -1 {
          nearest = (candidate, similarity)
        }
      }
      shingles[index] = own
      guard let nearest else {
        groups.append(index)
        continue
      }
      groups.append(groups[nearest.index])
      finding.duplicates.append(
        Duplicate(
          index: index, first: groups[index], nearest: nearest.index,
          similarity: nearest.similarity, isExact: false))
    }
    return finding
  }

  /// Enters a text into all lookups.
  ///
  /// - Returns: Who shares one with it, and how many more do.
  private static func enter(
    _ index: Int, _ signature: [UInt64], into tables: inout [[UInt64: [Int]]]
  ) -> (candidates: Set<Int>, leftOut: Int) {
    var candidates: Set<Int> = []
    var leftOut = 0
    for band in 0..<bands {
      let key = NGram.hash(signature[band * rows..<(band + 1) * rows])
      let members = tables[band][key, default: []]
      candidates.formUnion(members.suffix(comparisonLimit))
      leftOut += max(0, members.count - comparisonLimit)
      tables[band][key, default: []].append(index)
    }
    return (candidates, leftOut)
  }
}

extension ProblemText {
  /// The text without blanks at its ends.
  static func trimmed(_ text: String) -> Substring {
    guard let last = text.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return text[...last].drop(while: \.isWhitespace)
  }
}
