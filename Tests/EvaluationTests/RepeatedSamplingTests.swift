import Evaluation
import Foundation
import Testing

@Suite struct RepeatedSamplingTests {
  @Test func `pass@k is that of the reference`() throws {
    for row in try GoldenStatistics.read().passAtK {
      #expect(abs(passAtK(row.k, samples: row.n, correct: row.c) - row.v) < .rounding)
    }
  }

  @Test func `pass@1 is the share of correct samples`() {
    for correct in 0...7 {
      #expect(abs(passAtK(1, samples: 7, correct: correct) - Double(correct) / 7) < .rounding)
    }
  }

  /// All ways to count `total` samples in `classes` classes.
  func compositions(_ total: Int, _ classes: Int) -> [[Int]] {
    guard classes > 1 else { return [[total]] }
    return (0...total).flatMap { first in
      compositions(total - first, classes - 1).map { [first] + $0 }
    }
  }

  /// The mean of maj@k over all multinomial samples of size `samples`.
  func expectedMajority(_ row: GoldenStatistics.MajorityAtK, samples: Int) -> Double {
    let wrong = (1 - row.p) / Double(row.wrongAnswers)
    return compositions(samples, row.wrongAnswers + 1).reduce(0) { sum, counts in
      var probability = exp(lgamma(Double(samples + 1)))
      for (index, count) in counts.enumerated() {
        probability *= pow(index == 0 ? row.p : wrong, Double(count))
        probability /= exp(lgamma(Double(count + 1)))
      }
      let classes = counts.enumerated().map {
        AnswerClass(samples: $0.element, isCorrect: $0.offset == 0)
      }
      return sum + probability * majorityAtK(row.k, classes: classes)
    }
  }

  @Test func `maj@k of exactly k samples is the plurality with ties shared`() throws {
    for row in try GoldenStatistics.read().majorityAtK {
      #expect(abs(expectedMajority(row, samples: row.k) - row.v) < 1e-10)
    }
  }

  @Test func `maj@k from more samples is unbiased`() throws {
    for row in try GoldenStatistics.read().majorityAtK where row.k <= 5 {
      #expect(abs(expectedMajority(row, samples: row.k + 3) - row.v) < 1e-10)
    }
  }

  @Test func `maj@k is the mean over all subsets`() {
    // Two votes for the right answer, two and one for wrong ones, one abstention.
    let answers = ["7", "7.0", "8", "8", "9", nil]
    let isCorrect = [true, true, false, false, false, false]
    for k in 1...6 {
      var (sum, subsets) = (0.0, 0.0)
      for mask in 0..<64 where mask.nonzeroBitCount == k {
        let chosen = (0..<6).filter { mask & (1 << $0) != 0 }
        let votes = chosen.compactMap { isCorrect[$0] ? "right" : answers[$0] }
        let counts = Dictionary(votes.map { ($0, 1) }, uniquingKeysWith: +)
        let most = counts.values.max() ?? 0
        let tied = counts.filter { $0.value == most }.keys
        sum += tied.contains("right") ? 1 / Double(tied.count) : 0
        subsets += 1
      }
      #expect(
        abs(majorityAtK(k, answers: answers, isCorrect: isCorrect) - sum / subsets) < .rounding)
    }
  }

  @Test func `maj@1 is pass@1`() {
    let classes = [
      AnswerClass(samples: 3, isCorrect: true), AnswerClass(samples: 5, isCorrect: false),
    ]
    #expect(abs(majorityAtK(1, classes: classes, abstentions: 2) - 0.3) < .rounding)
  }

  @Test func `nobody wins a vote that holds no right answer`() {
    #expect(majorityAtK(2, classes: [AnswerClass(samples: 4, isCorrect: false)]) == 0)
    #expect(majorityAtK(2, classes: [], abstentions: 3) == 0)
    #expect(
      majorityAtK(2, classes: [AnswerClass(samples: 0, isCorrect: true)], abstentions: 3) == 0)
  }

  @Test func `hundreds of samples neither overflow nor lose chance`() {
    let everyone = [AnswerClass(samples: 1500, isCorrect: true)]
    #expect(abs(majorityAtK(64, classes: everyone) - 1) < 1e-9)
    // By symmetry two answers with as many samples win half of the votes each.
    let even = [
      AnswerClass(samples: 128, isCorrect: true), AnswerClass(samples: 128, isCorrect: false),
    ]
    #expect(abs(majorityAtK(32, classes: even) - 0.5) < 1e-9)
  }
}
