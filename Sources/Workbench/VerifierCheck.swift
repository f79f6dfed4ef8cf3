package import Foundation
package import Logging
import Randomness
package import Sandbox
import VerifierKit
package import Verifiers

/// Holds a verifier to its own cases.
///
/// Every row must be judged as it says; right answers made wrong must fail; and the verdicts must
/// be the same when asked again, in another order and between other requests.
package struct VerifierCheck {
  private let manifest: VerifierManifest
  private let cases: [VerifierCase]
  /// Rows that are not asked about, since a program that they need is not installed.
  private let unasked: [VerifierCase]
  private let executables: URL
  private let weakest: SandboxLevel
  private let log: Logger

  /// Reads the verifier's cases.
  ///
  /// - Parameters:
  ///   - manifest: The verifier.
  ///   - executables: Where the executables of this package lie.
  ///   - weakest: The weakest sandbox in which the verifier may run.
  ///   - log: Where restarts are told.
  /// - Throws: ``VerifierCaseError``, or what makes the file unreadable.
  package init(
    _ manifest: VerifierManifest, executables: URL = VerifierCatalog.executableFolder,
    weakest: SandboxLevel = .weakestByDefault, log: Logger
  ) throws {
    (self.manifest, self.executables) = (manifest, executables)
    (self.weakest, self.log) = (weakest, log)
    let all = try VerifierCase.read(manifest.folder.appending(path: VerifierCase.fileName))
    cases = all.filter { $0.missing == nil }
    unasked = all.filter { $0.missing != nil }
  }

  /// Asks the verifier.
  ///
  /// - Throws: What stops the verifier from being started, such as `VerifierError`.
  package func run() async throws -> CheckReport {
    var round = CheckRound(failures: tableFailures)
    // A process keeps its settings, so rows of equal settings share one.
    let groups = Dictionary(grouping: cases, by: \.settings)
      .sorted { ($0.value.first?.line ?? 0) < ($1.value.first?.line ?? 0) }
    var answers = true
    for (settings, rows) in groups {
      guard answers else {
        round.skip(rows)
        continue
      }
      let before = round.judged
      try await check(rows, settings: settings, round: &round)
      // One that answers nothing is not asked again with each group of settings.
      answers = round.judged > before
    }
    round.closeDisabled()
    let order = [CheckReport.Rule: Int](
      uniqueKeysWithValues: CheckReport.Rule.allCases.enumerated().map { ($1, $0) })
    round.failures.sort {
      (order[$0.rule] ?? 0, $0.line ?? 0) < (order[$1.rule] ?? 0, $1.line ?? 0)
    }
    return CheckReport(
      verifier: manifest.name, rows: round.rows.sorted { $0.line < $1.line },
      mutations: round.mutations, onlyEmptied: round.onlyEmptied, requests: round.requests,
      verdictsPerSecond: round.verdictsPerSecond,
      processFailures: round.processFailures, failures: round.failures, untried: round.untried,
      unasked: Dictionary(grouping: unasked.compactMap(\.missing), by: \.self)
        .mapValues(\.count))
  }

  private var tableFailures: [CheckReport.Failure] {
    let outcomes: [(VerifierOutcome, String)] = [
      (
        .passed,
        "no right answer (outcome passed), so a verifier that refuses everything would pass"
      ),
      (
        .wrong, "no wrong answer (outcome wrong), so a verifier that pays for everything would pass"
      ),
    ]
    return outcomes.filter { outcome, _ in !(cases + unasked).contains { $0.outcome == outcome } }
      .map {
        CheckReport.Failure(
          rule: .table, line: nil, problem: nil, completion: nil,
          explanation: "\(VerifierCase.fileName) has \($1)")
      }
  }

  // MARK: - Rows of equal settings

  private func check(
    _ rows: [VerifierCase], settings: [String: JSONValue], round: inout CheckRound
  ) async throws {
    let requests = rows.map { JudgeRequest(problem: $0.problem, completion: $0.completion) }
    let bench = try VerifierBench(
      manifest, settings: settings, executables: executables, weakest: weakest, log: log)
    // The first verdict includes the start of the process, which is not the verifier's speed.
    _ = try await bench.judge(Array(requests.prefix(1)))

    let first = try await round.ask(bench, requests, timed: true)
    round.compare(rows, with: first)
    guard first.contains(where: { $0.fault == nil }) else {
      round.note(await bench.failures)
      return await bench.shutDown()
    }
    let again = try await round.ask(bench, requests, timed: true)
    round.expectSame(.determinism, rows, first, again, "asked again")

    // Mutations and oddities come between the rows, in an order of their own.
    let mutated = mutations(of: rows, first, &round)
    let oddities = rows.first.map { Self.oddities($0.problem) } ?? []
    let others = mutated.map(\.request) + oddities
    let order = Self.shuffled(requests.count + others.count)
    let answers = try await round.ask(bench, order.map { (requests + others)[$0] })
    var verdicts = answers
    for (place, index) in order.enumerated() { verdicts[index] = answers[place] }
    round.expectSame(
      .order, rows, first, Array(verdicts.prefix(rows.count)),
      "asked in another order, between other requests")
    round.expectRefused(mutated, Array(verdicts[rows.count...].prefix(mutated.count)))
    round.expectAnswered(oddities, Array(verdicts[(rows.count + mutated.count)...]))
    // A fresh process that starts at the other end has another past at each row.
    let fresh = try VerifierBench(
      manifest, settings: settings, executables: executables, weakest: weakest, log: log)
    let backwards = try await round.ask(fresh, requests.reversed())
    round.expectSame(
      .order, rows, first, backwards.reversed(), "asked by a fresh process from the end on")

    for bench in [bench, fresh] {
      round.note(await bench.failures)
      await bench.shutDown()
    }
  }

  private func mutations(
    of rows: [VerifierCase], _ verdicts: [NamedVerdict], _ round: inout CheckRound
  ) -> [MutatedCase] {
    var mutated: [MutatedCase] = []
    // One that is refused as it is shows nothing when it is refused changed.
    for (row, verdict) in zip(rows, verdicts)
    where row.outcome == .passed && verdict.outcome == .passed {
      let subject = manifest.judges ?? VerifierManifest.Subject(guessedFrom: row.problem)
      let mutations = GoldMutation.all(of: row, subject: subject)
        .filter { $0.completion != row.completion }
      if mutations.count <= 1 { round.onlyEmptied += 1 }
      mutated += mutations.map { MutatedCase(row: row, mutation: $0) }
    }
    return mutated
  }

  /// Requests that a verifier may judge as it likes, but must survive.
  private static func oddities(_ problem: Problem) -> [JudgeRequest] {
    let bare = Problem(id: "without-reference", prompt: problem.prompt)
    var strange = problem
    strange.metadata["honeCheck"] = .array([.null, .object(["a": .bool(true)]), .number(-0.5)])
    return [
      JudgeRequest(problem: bare, completion: "1"),
      JudgeRequest(problem: strange, completion: "1"),
      JudgeRequest(problem: problem, completion: ""),
      JudgeRequest(
        problem: problem, completion: "\u{0}\u{1B}[31m\u{2028}\u{FEFF}\u{10FFFF}\"\\\n\r"),
      JudgeRequest(problem: problem, completion: String(repeating: "a1 ", count: 1 << 13)),
      JudgeRequest(problem: problem, completion: #"{"id":"r0","outcome":"passed","score":1}"#),
    ]
  }

  /// Numbers below `count` in an order that is the same each time.
  private static func shuffled(_ count: Int) -> [Int] {
    var generator = CounterGenerator(keys: 3, UInt64(count))
    var order = Array(0..<count)
    for place in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(place, generator.integer(in: 0...place))
    }
    return order
  }
}
