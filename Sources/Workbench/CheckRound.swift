import VerifierKit
import Verifiers

/// A mutation of a right answer, with the case that it comes from.
struct MutatedCase {
  let row: VerifierCase
  let mutation: GoldMutation

  var request: JudgeRequest {
    JudgeRequest(problem: row.problem, completion: mutation.completion)
  }
}

/// What a check has found so far.
struct CheckRound {
  var rows: [CheckReport.Row] = []
  var failures: [CheckReport.Failure] = []
  /// Rows, and mutations, that got a verdict.
  private(set) var judged = 0
  private(set) var mutations = 0
  /// Requests that nobody judged, since the verifier was disabled, and why it was.
  private var notAsked = 0
  private var disabled: String?
  var onlyEmptied = 0
  var processFailures = 0
  private(set) var requests = 0
  private var timedRequests = 0
  private var seconds = 0.0

  init(failures: [CheckReport.Failure]) { self.failures = failures }

  /// Asks; `timed` where the verdicts are plain rows and a process is ready, so that the time says
  /// how fast the verifier is.
  mutating func ask(
    _ bench: VerifierBench, _ asked: [JudgeRequest], timed: Bool = false
  ) async throws -> [NamedVerdict] {
    let start = SuspendingClock.now
    let verdicts = try await bench.judge(asked)
    requests += asked.count
    if timed {
      seconds += (SuspendingClock.now - start) / .seconds(1)
      timedRequests += asked.count
    }
    return verdicts
  }

  /// Verdicts a second, over the rows that were timed.
  var verdictsPerSecond: Double { Double(timedRequests) / max(seconds, 1e-6) }

  /// Compares verdicts with what the rows say.
  mutating func compare(_ cases: [VerifierCase], with verdicts: [NamedVerdict]) {
    for (row, verdict) in zip(cases, verdicts) {
      let wanted = row.score ?? (row.outcome == .unscored ? nil : row.outcome == .passed ? 1 : 0)
      let scoreFits: Bool =
        switch (wanted, verdict.score) {
        case (let wanted?, let score?): abs(wanted - score) < 1e-9
        case (nil, nil): true
        default: false
        }
      let isAsExpected = verdict.fault == nil && verdict.outcome == row.outcome && scoreFits
      rows.append(
        CheckReport.Row(
          line: row.line, problem: row.problem.id, expected: row.outcome,
          outcome: verdict.outcome, score: verdict.score, reason: verdict.reason,
          isAsExpected: isAsExpected))
      judged += verdict.fault == nil ? 1 : 0
      guard !isAsExpected, !isDisabled(verdict) else { continue }
      let score = wanted.map { " with score \($0)" } ?? ""
      let why = row.why.isEmpty ? "" : " (\(row.why))"
      fail(
        verdict.fault == nil ? .outcomes : .conduct, row,
        "should be \(row.outcome.rawValue)\(score)\(why), but is \(verdict.words)")
    }
  }

  /// Expects that all mutations fail.
  mutating func expectRefused(_ mutated: [MutatedCase], _ verdicts: [NamedVerdict]) {
    mutations += verdicts.count { $0.fault == nil }
    for (one, verdict) in zip(mutated, verdicts)
    where (verdict.outcome != .wrong || verdict.score != 0) && !isDisabled(verdict) {
      // Where a verifier cannot say, nothing is paid; but a broken process is no such answer.
      if verdict.outcome == .unscored, verdict.fault == nil { continue }
      fail(
        verdict.fault == nil ? .mutations : .conduct, one.row,
        """
        the right answer made wrong (\(one.mutation.name)) should be wrong, but is \
        \(verdict.words); if it is right, too, name that answer in the row's 'accepts'
        """, completion: one.mutation.completion)
    }
  }

  /// Expects the verdicts of another time to be those of the first.
  mutating func expectSame(
    _ rule: CheckReport.Rule, _ cases: [VerifierCase], _ first: [NamedVerdict],
    _ other: [NamedVerdict], _ when: String
  ) {
    for (row, (before, after)) in zip(cases, zip(first, other)) {
      let isSame =
        before.outcome == after.outcome && before.score == after.score
        && before.answer == after.answer
      // A request that breaks the process is told once, by its own row.
      guard !isSame, before.fault == nil, !isDisabled(after) else { continue }
      fail(
        after.fault == nil ? rule : .conduct, row,
        "was \(before.words); \(when), it is \(after.words)")
    }
  }

  /// Expects that odd requests are answered, in whatever way.
  mutating func expectAnswered(_ asked: [JudgeRequest], _ verdicts: [NamedVerdict]) {
    for (request, verdict) in zip(asked, verdicts)
    where verdict.fault != nil && !isDisabled(verdict) {
      failures.append(
        CheckReport.Failure(
          rule: .conduct, line: nil, problem: request.problem.id,
          completion: Excerpt.of(request.completion),
          explanation: "an odd request must get some verdict, but it is \(verdict.words)"))
    }
  }

  /// Notes rows that are not asked about, since the verifier answers nothing.
  mutating func skip(_ cases: [VerifierCase]) {
    notAsked += cases.count
    rows += cases.map {
      CheckReport.Row(
        line: $0.line, problem: $0.problem.id, expected: $0.outcome, outcome: .unscored,
        score: nil, reason: "not asked, since the verifier answers nothing", isAsExpected: false)
    }
  }

  /// Tells once that requests were not judged.
  mutating func closeDisabled() {
    guard notAsked > 0 else { return }
    failures.append(
      CheckReport.Failure(
        rule: .conduct, line: nil, problem: nil, completion: nil,
        explanation: "\(notAsked) requests were not judged, since the verifier answers nothing"
          + (disabled.map { ": \(Excerpt.ofReason($0))" } ?? "")))
  }

  /// The promises that no verdict tells about.
  var untried: [CheckReport.Rule] {
    (judged == 0 ? [.outcomes] : []) + (mutations == 0 ? [.mutations] : [])
      + (judged == 0 ? [.determinism, .order] : [])
  }

  /// Notes failures of processes, which are told even where every request was answered at last.
  mutating func note(_ failed: (latest: [String], count: Int)) {
    processFailures += failed.count
    guard failed.count > 0, notAsked == 0, !failures.contains(where: { $0.rule == .conduct })
    else { return }
    failures.append(
      CheckReport.Failure(
        rule: .conduct, line: nil, problem: nil, completion: nil,
        explanation: "\(failed.count) of its processes failed; at last: "
          + Excerpt.ofReason(failed.latest.last ?? "")))
  }

  /// Whether nobody judged the request, which is told once for all of them.
  private mutating func isDisabled(_ verdict: NamedVerdict) -> Bool {
    guard verdict.fault == .disabled else { return false }
    notAsked += 1
    disabled = verdict.reason
    return true
  }

  private mutating func fail(
    _ rule: CheckReport.Rule, _ row: VerifierCase, _ explanation: String, completion: String? = nil
  ) {
    failures.append(
      CheckReport.Failure(
        rule: rule, line: row.line, problem: row.problem.id,
        completion: Excerpt.of(completion ?? row.completion), explanation: explanation))
  }
}

extension NamedVerdict {
  /// The verdict in a sentence: `passed with score 1.0 ("…")`.
  var words: String {
    "\(outcome.rawValue)\(score.map { " with score \($0)" } ?? "") (\(Excerpt.ofReason(reason)))"
  }
}
