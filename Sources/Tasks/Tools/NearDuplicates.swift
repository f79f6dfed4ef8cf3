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
    /// The kept text before it that it is most similar to, by its place.
    package let nearest: Int
    /// Jaccard similarity to `nearest`; 1 where the texts are equal.
    package let similarity: Double
    /// Whether the texts are equal, but for blanks at their ends.
    package let isExact: Bool
  }

  /// What was found.
  package struct Finding: Equatable, Sendable {
    /// What is not kept, in the order of the texts.
    package var duplicates: [Duplicate] = []
    /// What is kept although a text before it says the same, since its answer is another one.
    package var conflicts: [Duplicate] = []
    /// Comparisons that were left out, since too many texts share a lookup.
    package var leftOut = 0
  }

  /// Finds every text that is a duplicate of one that is kept.
  ///
  /// A duplicate of a duplicate is none: what is near the kept one is judged by that alone.
  ///
  /// - Parameters:
  ///   - texts: The texts, of which the first of each kind is kept.
  ///   - answers: The texts' answers: of two alike that differ in them, both are kept. Empty where
  ///     they make no difference.
  ///   - progress: Told how many are done.
  /// - Returns: The duplicates; the same ones on every machine.
  package func find(
    in texts: [String], answers: [String?] = [], progress: (Int) -> Void = { _ in }
  ) -> Finding {
    precondition(
      answers.isEmpty || answers.count == texts.count,
      "\(answers.count) answers of \(texts.count) texts")
    func isAlike(_ one: Int, _ other: Int) -> Bool {
      answers.isEmpty || answers[one] == answers[other]
    }
    var finding = Finding()
    var keptByText: [String: [Int]] = [:]
    var shingles: [Int: Shingles] = [:]
    var tables = [[UInt64: [Int]]](repeating: [:], count: Self.bands)
    let hash = MinHash(count: Self.bands * Self.rows)
    for (index, text) in texts.enumerated() {
      defer { progress(index + 1) }
      let key = String(ProblemText.trimmed(text))
      let same = keptByText[key, default: []]
      if let first = same.first(where: { isAlike($0, index) }) {
        finding.duplicates.append(
          Duplicate(index: index, nearest: first, similarity: 1, isExact: true))
        continue
      }
      let own = Shingles(text, unit: unit, size: size)
      let keys = Self.keys(of: hash.signature(of: own.hashes))
      let (candidates, leftOut) = Self.candidates(keys, in: tables)
      finding.leftOut += leftOut
      var (nearest, conflict): (Duplicate?, Duplicate?)
      for candidate in candidates.sorted() {
        guard let other = shingles[candidate] else { continue }
        let similarity = own.jaccard(other)
        guard similarity >= threshold else { continue }
        let found = Duplicate(
          index: index, nearest: candidate, similarity: similarity, isExact: false)
        if isAlike(candidate, index) {
          if similarity > nearest?.similarity ?? -1 { nearest = found }
        } else if similarity > conflict?.similarity ?? -1 {
          conflict = found
        }
      }
      if let nearest {
        finding.duplicates.append(nearest)
        continue
      }
      if let first = same.first {
        conflict = Duplicate(index: index, nearest: first, similarity: 1, isExact: true)
      }
      if let conflict { finding.conflicts.append(conflict) }
      keptByText[key, default: []].append(index)
      shingles[index] = own
      for (band, key) in keys.enumerated() { tables[band][key, default: []].append(index) }
    }
    return finding
  }

  /// What a signature is looked up by, one a band.
  private static func keys(of signature: [UInt64]) -> [UInt64] {
    (0..<bands).map { NGram.hash(signature[$0 * rows..<($0 + 1) * rows]) }
  }

  /// The texts that share a lookup with one, and how many more do.
  private static func candidates(
    _ keys: [UInt64], in tables: [[UInt64: [Int]]]
  ) -> (candidates: Set<Int>, leftOut: Int) {
    var candidates: Set<Int> = []
    var leftOut = 0
    for (band, key) in keys.enumerated() {
      guard let members = tables[band][key] else { continue }
      candidates.formUnion(members.suffix(comparisonLimit))
      leftOut += max(0, members.count - comparisonLimit)
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
