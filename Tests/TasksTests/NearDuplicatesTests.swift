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
    let duplicates = search.find(in: Self.texts).duplicates
    let left = Set(duplicates.map(\.index))
    let kept = Self.texts.indices.filter { !left.contains($0) }
    let shingles = Self.texts.map { Shingles($0, unit: .words, size: search.size) }
    #expect(duplicates.count > 50)
    // Each is compared exactly, and with a text that stays.
    for duplicate in duplicates {
      #expect(duplicate.nearest < duplicate.index && !left.contains(duplicate.nearest))
      #expect(shingles[duplicate.nearest].jaccard(shingles[duplicate.index]) >= threshold)
    }
    let missed = kept.filter { index in
      kept.contains { $0 < index && shingles[$0].jaccard(shingles[index]) >= threshold }
    }
    // 32 bands of 4 rows miss 13 pairs of 100 at 0.5, 2 of 10,000 at 0.7, and hardly any above.
    let recall = 1 - Double(missed.count) / Double(missed.count + duplicates.count)
    let least = threshold < 0.6 ? 0.95 : threshold < 0.75 ? 0.99 : 1
    #expect(recall >= least, "\(missed.count) of \(duplicates.count)")
  }

  @Test func `a text is no duplicate of one that is not kept itself`() {
    let words = (0..<30).map { "word\($0)" }
    let texts = [0, 3, 6].map { words[$0..<$0 + 24].joined(separator: " ") }
    var search = NearDuplicates()
    // 19 of 25 n-grams are shared by neighbours, 16 of 28 by the outer two.
    search.threshold = 0.7
    #expect(search.find(in: texts).duplicates.map(\.index) == [1])
    #expect(search.find(in: Array(texts.dropFirst())).duplicates.map(\.index) == [1])
  }

  @Test func `texts with different answers stay, and are told of`() {
    let text = (0..<30).map { "word\($0)" }.joined(separator: " ")
    let texts = [text, text, text + " more", text + " more", "other", text]
    let finding = NearDuplicates().find(in: texts, answers: ["1", "2", "2", nil, "1", "1"])
    #expect(finding.duplicates.map { [$0.index, $0.nearest] } == [[2, 1], [5, 0]])
    #expect(finding.conflicts.map { [$0.index, $0.nearest] } == [[1, 0], [3, 0]])
    #expect(finding.conflicts.map(\.isExact) == [true, false])
    #expect(NearDuplicates().find(in: texts).duplicates.map(\.index) == [1, 2, 3, 5])
  }

  @Test func `the first of a group is kept, and equal texts are told from similar ones`() {
    let base = (0..<30).map { "word\($0)" }.joined(separator: " ")
    let finding = NearDuplicates().find(in: [
      base, "another text", "  \(base)\n", base + " more", base,
    ])
    #expect(finding.duplicates.map(\.index) == [2, 3, 4])
    #expect(finding.duplicates.map(\.nearest) == [0, 0, 0])
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
