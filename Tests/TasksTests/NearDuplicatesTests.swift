import Randomness
import Testing

@testable import Tasks

@Suite struct NearDuplicatesTests {
  /// Texts of random words; each of the first ones is followed by copies with some words changed.
  private static let texts: [String] = {
    var texts: [String] = []
    for base in 0..<60 {
      var generator = CounterGenerator(keys: 11, UInt64(base))
      let words = (0..<40).map { _ in "w\(generator.integer(in: 0...400))" }
      texts.append(words.joined(separator: " "))
      for changes in [0, 1, 2, 3, 5, 8] {
        var copy = words
        for _ in 0..<changes {
          copy[generator.integer(in: 0...39)] = "v\(generator.integer(in: 0...400))"
        }
        texts.append(copy.joined(separator: " "))
      }
    }
    return texts
  }()

  @Test func `a signature estimates the exact similarity without bias`() {
    let hash = MinHash(count: 128)
    let shingles = Self.texts.map { Shingles($0, unit: .words, size: 3) }
    let signatures = shingles.map { hash.signature(of: $0.hashes) }
    var (errors, pairs): ([Double], Int) = ([], 0)
    for one in stride(from: 0, to: Self.texts.count, by: 7) {
      for other in one + 1..<one + 7 {
        let exact = shingles[one].jaccard(shingles[other])
        let estimate = MinHash.similarity(signatures[one], signatures[other])
        errors.append(estimate - exact)
        // sqrt(s (1 - s) / 128) is at most 0.0442; five of them.
        #expect(abs(estimate - exact) < 0.221, "\(exact) \(estimate)")
        pairs += 1
      }
    }
    #expect(pairs == 360)
    // The mean of 360 errors has a deviation below 0.0442 / sqrt(360) = 0.0024.
    #expect(abs(errors.reduce(0, +) / Double(pairs)) < 0.012)
  }

  @Test(arguments: [0.5, 0.7, 0.8, 0.9])
  func `what is found is exactly what all pairs say, but for a few at low thresholds`(
    threshold: Double
  ) {
    var search = NearDuplicates()
    search.threshold = threshold
    let found = Set(search.find(in: Self.texts).duplicates.map(\.index))
    let shingles = Self.texts.map { Shingles($0, unit: .words, size: search.size) }
    let exact = Set(
      Self.texts.indices.filter { index in
        (0..<index).contains {
          Self.texts[$0] == Self.texts[index] || shingles[$0].jaccard(shingles[index]) >= threshold
        }
      })
    #expect(exact.count > 50)
    // Precision is 1, since each candidate is compared exactly.
    #expect(found.isSubset(of: exact))
    // 32 bands of 4 rows miss 13 pairs of 100 at 0.5, 2 of 10,000 at 0.7, and hardly any above.
    let recall = Double(found.intersection(exact).count) / Double(exact.count)
    let least = threshold < 0.6 ? 0.95 : threshold < 0.75 ? 0.99 : 1
    #expect(recall >= least, "\(recall) of \(exact.count)")
  }

  @Test func `the first of a group is kept, and equal texts are told from similar ones`() {
    let base = (0..<30).map { "word\($0)" }.joined(separator: " ")
    let finding = NearDuplicates().find(in: [
      base, "another text", "  \(base)\n", base + " more", base,
    ])
    #expect(finding.duplicates.map(\.index) == [2, 3, 4])
    #expect(finding.duplicates.map(\.first) == [0, 0, 0])
    #expect(finding.duplicates.map(\.isExact) == [true, false, true])
    #expect(finding.duplicates[1].similarity == 28.0 / 29.0)
    #expect(finding.leftOut == 0)
  }

  @Test func `operators and digits tell short problems apart`() {
    let sums = ["2+3=", "2-3=", "2*3=", "3+2=", "12+3="]
    #expect(NearDuplicates().find(in: sums).duplicates == [])
    var characters = NearDuplicates()
    (characters.unit, characters.size) = (.characters, 3)
    #expect(characters.find(in: sums + ["2 + 3 ="]).duplicates.map(\.index) == [5])
  }

  @Test func `texts without a word, and empty ones, are no trouble`() {
    let finding = NearDuplicates().find(in: ["", " ", "?", "!", "\u{0}", ""])
    #expect(finding.duplicates.map(\.index) == [1, 5])
  }

  /// As many texts as would be millions of comparisons, all alike but below the threshold.
  @Test func `texts that all look alike cost a bounded number of comparisons`() {
    let shared = (0..<40).map { "word\($0)" }.joined(separator: " ")
    let texts = (0..<700).map { "\(shared) a\($0)" }
    var search = NearDuplicates()
    search.threshold = 0.99
    let finding = search.find(in: texts)
    #expect(finding.duplicates == [])
    #expect(finding.leftOut > 0)
  }
}
