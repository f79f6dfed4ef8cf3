import Testing
import VerifierKit

@testable import hone_verifier_openai_grader

@Suite struct TextSimilarityTests {
  /// Texts with the numbers of RapidFuzz 3.14.6 (`WRatio` / 100), sacreBLEU 2.6.0 (`sentence_bleu`,
  /// tokenize='none', / 100), NLTK 3.10.4 (`sentence_gleu` of words between blanks) and rouge-score
  /// 0.1.2 (F1 of rouge1, rouge2, rouge3, rouge5 and rougeL).
  struct Golden: CustomTestStringConvertible {
    let text: String
    let reference: String
    let fuzzy: Double
    let bleu: Double
    let gleu: Double
    let rouge: [Double]

    init(
      _ text: String, _ reference: String, _ fuzzy: Double, _ bleu: Double, _ gleu: Double,
      _ rouge: [Double]
    ) {
      (self.text, self.reference) = (text, reference)
      (self.fuzzy, self.bleu, self.gleu, self.rouge) = (fuzzy, bleu, gleu, rouge)
    }

    var testDescription: String { "'\(text)' for '\(reference)'" }
  }

  static let golden = [
    Golden(
      "the cat sat on the mat",
      "the cat sat on the mat",
      1.0, 1.0, 1.0, [1.0, 1.0, 1.0, 1.0, 1.0]),
    Golden(
      "the cat sat",
      "the cat sat on the mat",
      0.9, 0.3678794412, 0.3333333333, [0.6666666667, 0.5714285714, 0.4, 0.0, 0.6666666667]),
    Golden(
      "this is a test",
      "this is a test!",
      0.9655172414, 0.5946035575, 0.6, [1.0, 1.0, 1.0, 0.0, 1.0]),
    Golden(
      "fuzzy wuzzy was a bear",
      "wuzzy fuzzy was a bear",
      0.95, 0.4518010018, 0.5714285714, [1.0, 0.5, 0.3333333333, 0.0, 0.8]),
    Golden(
      "new york mets",
      "new york mets vs atlanta braves at the stadium tonight in new york city",
      0.9, 0.0255615332, 0.12, [0.3529411765, 0.2666666667, 0.1538461538, 0.0, 0.3529411765]),
    Golden(
      "a",
      "the answer is a long text that goes on and on for a while without any end",
      0.6, 1.125e-07, 0.0161290323, [0.1111111111, 0.0, 0.0, 0.0, 0.1111111111]),
    Golden(
      "Paris",
      "paris",
      0.8, 0.0, 0.0, [1.0, 0.0, 0.0, 0.0, 1.0]),
    Golden(
      "Paris",
      "The capital of France is Paris.",
      0.9, 0.0, 0.0, [0.2857142857, 0.0, 0.0, 0.0, 0.2857142857]),
    Golden(
      "kitten",
      "sitting",
      0.6153846154, 0.0, 0.0, [0.0, 0.0, 0.0, 0.0, 0.0]),
    Golden(
      "It is a guide to action which ensures that the military always obeys the commands of the party",
      "It is a guide to action that ensures that the military will forever heed Party commands",
      0.7871428571, 0.4118037636, 0.4393939394,
      [0.7058823529, 0.5, 0.4, 0.1538461538, 0.6470588235]),
    Golden(
      "the the the the",
      "the cat is here",
      0.95, 0.1597357761, 0.1, [0.25, 0.0, 0.0, 0.0, 0.25]),
    Golden(
      "abcd",
      "efgh",
      0.0, 0.0, 0.0, [0.0, 0.0, 0.0, 0.0, 0.0]),
    Golden(
      "fuzzy fuzzy was a bear",
      "fuzzy was a bear",
      0.95, 0.668740305, 0.7142857143, [0.8888888889, 0.8571428571, 0.8, 0.0, 0.8888888889]),
    Golden(
      "one two three four five six",
      "six five four three two one",
      0.95, 0.127033187, 0.3333333333, [1.0, 0.0, 0.0, 0.0, 0.1666666667]),
    Golden(
      "a b",
      "a b c d e f g h i j k l m n o p q r s t u v w x y z a b",
      0.6, 2.2603e-06, 0.0283018868, [0.1333333333, 0.0714285714, 0.0, 0.0, 0.1333333333]),
  ]

  @Test(arguments: golden)
  func `a similarity is that of the package that it is named after`(golden: Golden) {
    func score(_ measure: String) -> Double? {
      TextSimilarity.Measure(measure).map {
        TextSimilarity.score($0, golden.text, golden.reference)
      }
    }
    let measures = [
      ("fuzzy_match", golden.fuzzy), ("bleu", golden.bleu), ("gleu", golden.gleu),
      ("rouge_1", golden.rouge[0]), ("rouge_2", golden.rouge[1]), ("rouge_3", golden.rouge[2]),
      ("rouge_5", golden.rouge[3]), ("rouge_l", golden.rouge[4]),
    ]
    for (measure, wanted) in measures {
      let score = score(measure) ?? -1
      #expect(abs(score - wanted) < 1e-8, "\(measure): \(score), not \(wanted)")
    }
  }

  @Test func `numbers worked out by hand`() {
    // "the cat sat" against "the cat sat on the mat": 3, 2 and 1 runs of 3, 2 and 1 match, so that
    // only the brevity remains: exp(1 - 6/3).
    let bleu = TextSimilarity.score(.bleu, "the cat sat", "the cat sat on the mat")
    expectNear(bleu, 0.36787944117144233)
    // 6 shared runs of 1...4 words, of 6 + 5 + 4 + 3 = 18 in the reference.
    expectNear(TextSimilarity.score(.gleu, "the cat sat", "the cat sat on the mat"), 6.0 / 18)
    // kitten and sitting share "ittn": 2 · 4 / (6 + 7).
    expectNear(TextSimilarity.score(.fuzzyMatch, "kitten", "sitting"), 8.0 / 13)
    // "a c b" and "a b c" share "a b" in order: precision and recall 2/3.
    expectNear(TextSimilarity.score(.rougeLongest, "a c b", "a b c"), 2.0 / 3)
    expectNear(TextSimilarity.score(.rouge(words: 4), "a b c d e", "x b c d e"), 0.5)
  }

  private func expectNear(_ value: Double, _ wanted: Double) {
    #expect(abs(value - wanted) < 1e-12, "\(value), not \(wanted)")
  }

  @Test func `a common subsequence is that of the plain table, over words of any number`() {
    var state: UInt32 = 7
    func symbols(_ count: Int) -> [UInt32] {
      (0..<count).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return state >> 29
      }
    }
    for (a, b) in [(0, 5), (1, 1), (63, 70), (64, 64), (65, 30), (128, 129), (200, 190)] {
      let (first, second) = (symbols(a), symbols(b))
      var table = [Int](repeating: 0, count: second.count + 1)
      for x in first {
        var diagonal = 0
        for (index, y) in second.enumerated() {
          let above = table[index + 1]
          table[index + 1] = x == y ? diagonal + 1 : max(above, table[index])
          diagonal = above
        }
      }
      var pattern = CommonSubsequence(first)
      #expect(pattern.length(with: second) == table.last, "\(a) and \(b) symbols")
    }
  }

  @Test func `what is equal is worth 1, and nothing is worth nothing`() throws {
    for measure in ["fuzzy_match", "bleu", "gleu", "rouge_1", "rouge_l"] {
      let grader = """
        {"type": "text_similarity", "input": "{{ sample.output_text }}", "reference": "two words", \
        "evaluation_metric": "\(measure)", "pass_threshold": 0.9}
        """
      let bench = try GraderBench()
      #expect(try bench.verdict(grader, "two words").score == 1)
      #expect(try bench.verdict(grader, "").score == 0)
      #expect(try bench.verdict(grader, "").outcome == .wrong)
    }
  }

  @Test func `a threshold decides what passes, and the score stays`() throws {
    let grader = #"""
      {"type": "text_similarity", "input": "{{sample.output_text}}", "reference": "{{item.answer}}",
       "evaluation_metric": "rouge_1", "pass_threshold": 0.5}
      """#
    let bench = try GraderBench()
    let item = #"{"answer": "a b c d"}"#
    let passed = try bench.verdict(grader, item: item, "a b x y")
    #expect(passed.outcome == .passed && passed.score == 0.5)
    let wrong = try bench.verdict(grader, item: item, "a x y z")
    #expect(wrong.outcome == .wrong && wrong.score == 0.25)
  }

  @Test func `texts beyond the limits cost nothing`() throws {
    let grader = #"""
      {"type": "text_similarity", "input": "{{sample.output_text}}", "reference": "{{item.answer}}",
       "evaluation_metric": "fuzzy_match"}
      """#
    let long = String(repeating: "ab", count: 5000)
    let bench = try GraderBench()
    let wrong = try bench.verdict(grader, item: #"{"answer": "x"}"#, long)
    #expect(wrong.outcome == .wrong && wrong.reason.contains("longer than 4096"))
    let unscored = try bench.verdict(grader, item: #"{"answer": "\#(long)"}"#, "x")
    #expect(unscored.outcome == .unscored)
  }
}
