import Foundation
import Logging
import Sandbox
import VerifierKit

/// What answers for one term of a reward: a plugin, or several that count as one.
protocol Examiner: Sendable {
  /// The name under which its verdicts are recorded.
  var name: String { get }
  /// Whether it judges form alone, so that what it says must not pay for a wrong answer.
  var isShaping: Bool { get }
  /// The plugins that failed too often to be asked again, each with its reason.
  var disabledPlugins: [(verifier: String, reason: String)] { get }
  /// How processes failed, the latest last (at most 16 of each plugin), and how many did.
  var failures: (latest: [String], count: Int) { get }

  /// A verdict for each request, in their order.
  func judge(_ requests: [JudgeRequest]) async throws -> [NamedVerdict]
  /// Ends all processes and waits until they are gone.
  func shutDown() async
}

/// Where plugins are found, and how they are started.
struct PluginPlaces: Sendable {
  var folders: [URL]
  let executables: URL
  /// Where what plugins prepare is kept; nil for a folder of the user's cache.
  let cache: URL?
  /// Processes for each plugin.
  let workers: Int
  let sandbox: Sandbox
  let log: Logger
}

/// Terms, and what answers for each; those with a condition are asked where it holds.
struct Panel: Sendable {
  let terms: [RewardTerm]
  private let examiners: [any Examiner]

  /// Finds and prepares what the terms name.
  ///
  /// - Throws: ``VerifierError`` where a term cannot be used, or would let form pay for a wrong
  ///   answer without saying so; or a `SandboxError`.
  init(_ terms: [RewardTerm], places: PluginPlaces) throws {
    try Self.check(terms)
    self.terms = terms
    examiners = try terms.map { term in
      let manifest = try VerifierCatalog.find(term.verifier, in: places.folders)
      let examiner: any Examiner =
        manifest.parts.isEmpty
        ? try VerifierHost(
          manifest, settings: term.settings, workers: places.workers, sandbox: places.sandbox,
          executables: places.executables, cache: places.cache, log: places.log)
        : try CompositeVerifier(manifest, overrides: term.settings, places: places)
      guard !examiner.isShaping || term.onlyIf != nil else {
        throw VerifierError.invalidReward(
          rule: """
            '\(term.verifier)' judges the form alone, and would pay for a wrong answer; write \
            'onlyIf: passed' beside it, or 'onlyIf: always' where that is meant
            """)
      }
      return examiner
    }
  }

  /// Refuses terms that no verifier could make right.
  static func check(_ terms: [RewardTerm]) throws(VerifierError) {
    guard terms.contains(where: { !$0.isConditional }) else {
      throw .invalidReward(rule: "at least one term must be without 'onlyIf: passed'")
    }
    for term in terms where !term.weight.isFinite {
      throw .invalidReward(
        rule: "the weight of '\(term.verifier)' is \(term.weight), not a finite number")
    }
  }

  /// Whether the terms that always count judge form alone.
  var isShaping: Bool {
    zip(terms, examiners).allSatisfy { $0.isConditional || $1.isShaping }
  }

  var disabledPlugins: [(verifier: String, reason: String)] {
    examiners.flatMap(\.disabledPlugins)
  }

  var failures: (latest: [String], count: Int) {
    examiners.map(\.failures).reduce(into: ([], 0)) { sum, one in
      sum = (sum.0 + one.latest, sum.1 + one.count)
    }
  }

  /// Judges completions.
  ///
  /// - Returns: For each request a verdict of each term, nil where it was not asked.
  func judge(_ requests: [JudgeRequest]) async throws -> [[NamedVerdict?]] {
    var verdicts: [[NamedVerdict?]] = Array(
      repeating: Array(repeating: nil, count: terms.count), count: requests.count)
    let all = Array(requests.indices)
    try await ask(terms.indices.filter { !terms[$0].isConditional }, all, requests, &verdicts)
    let passed = all.filter { row in
      verdicts[row].allSatisfy { $0.map { $0.outcome == .passed } ?? true }
    }
    try await ask(terms.indices.filter { terms[$0].isConditional }, passed, requests, &verdicts)
    return verdicts
  }

  /// The weighted sum of the scores of a row; nil where one that was asked is unscored.
  func reward(of verdicts: [NamedVerdict?]) -> Double? {
    var reward: Double? = 0
    for (term, verdict) in zip(terms, verdicts) {
      guard let verdict else { continue }
      reward = verdict.score.flatMap { score in reward.map { $0 + term.weight * score } }
    }
    return reward
  }

  func shutDown() async {
    await withTaskGroup { group in
      for examiner in examiners { group.addTask { await examiner.shutDown() } }
    }
  }

  /// Asks the verifiers of some terms about some rows, all at once.
  private func ask(
    _ columns: [Int], _ rows: [Int], _ requests: [JudgeRequest], _ verdicts: inout [[NamedVerdict?]]
  ) async throws {
    let asked = rows.map { requests[$0] }
    try await withThrowingTaskGroup { group in
      for column in columns {
        let examiner = examiners[column]
        group.addTask { (column, try await examiner.judge(asked)) }
      }
      for try await (column, found) in group {
        for (row, verdict) in zip(rows, found) { verdicts[row][column] = verdict }
      }
    }
  }
}
