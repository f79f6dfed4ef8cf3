package import VerifierKit

/// What a set of problems holds, in figures.
package struct TaskSummary: Codable, Equatable, Sendable {
  /// The spread of a length over a set.
  package struct Lengths: Codable, Equatable, Sendable {
    package let least: Int
    package let median: Int
    /// The length that 95 of 100 do not exceed.
    package let percentile95: Int
    package let most: Int

    init(_ values: [Int]) {
      let sorted = values.sorted()
      func quantile(_ share: Double) -> Int {
        sorted.isEmpty ? 0 : sorted[Int((Double(sorted.count - 1) * share).rounded(.up))]
      }
      (least, median, percentile95, most) = (
        quantile(0), quantile(0.5), quantile(0.95), quantile(1)
      )
    }
  }

  /// What the answers are.
  package struct Answers: Codable, Equatable, Sendable {
    /// Problems without an answer.
    package let absent: Int
    /// Answers that are whole numbers or decimals.
    package let numbers: Int
    package let distinct: Int
    /// The answer that occurs most often, where one does so twice.
    package let mostFrequent: String?
    /// Its share: what a policy earns that always answers it.
    package let mostFrequentShare: Double

    init(_ problems: [Problem]) {
      let answers = problems.compactMap(\.answer)
      absent = problems.count - answers.count
      numbers = answers.count { $0.wholeMatch(of: #/\s*[-+]?[0-9]+(\.[0-9]+)?\s*/#) != nil }
      let counts = Dictionary(answers.map { ($0, 1) }, uniquingKeysWith: +)
      distinct = counts.count
      let most = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
      mostFrequent = most.flatMap { $0.value > 1 ? $0.key : nil }
      mostFrequentShare =
        problems.isEmpty ? 0 : Double(most?.value ?? 0) / Double(problems.count)
    }
  }

  /// The set, as it was asked for.
  package let name: String
  package let problems: Int
  package let demonstrations: Int
  /// Problems of each family, by `metadata.family`.
  package let families: [String: Int]
  /// Prompts that differ in more than numbers and names.
  package let templates: Int
  /// Problems whose prompt is that of one before.
  package let repeatedPrompts: Int
  package let promptCharacters: Lengths
  package let promptWords: Lengths
  package let answerCharacters: Lengths
  package let answers: Answers
  /// Names of metadata, and how many problems have each.
  package let metadata: [String: Int]
  /// SHA-256 of the whole set.
  package let digest: String
  /// Some problems, at equal distances.
  package let examples: [Problem]

  /// Looks at a set.
  ///
  /// - Parameters:
  ///   - set: The set.
  ///   - examples: How many problems are shown.
  /// - Throws: What keeps the set from being encoded.
  package init(_ set: TaskSet, examples: Int) throws {
    let problems = set.problems
    name = set.name
    self.problems = problems.count
    demonstrations = set.demonstrations.count
    var families: [String: Int] = [:]
    var metadata: [String: Int] = [:]
    for problem in problems {
      if case .string(let family)? = problem.metadata["family"] {
        families[family, default: 0] += 1
      }
      for key in problem.metadata.keys { metadata[key, default: 0] += 1 }
    }
    (self.families, self.metadata) = (families, metadata)
    templates = Set(problems.map { ProblemText.template(of: $0.prompt) }).count
    repeatedPrompts = problems.count - Set(problems.map(\.prompt)).count
    promptCharacters = Lengths(problems.map(\.prompt.count))
    promptWords = Lengths(
      problems.map { ProblemText.words(of: $0.prompt, keepsMarks: false).count })
    answerCharacters = Lengths(problems.compactMap(\.answer?.count))
    answers = Answers(problems)
    digest = try set.digest
    self.examples = examples > 0 ? set.spread(examples).problems : []
  }
}
