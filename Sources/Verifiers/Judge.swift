package import Foundation
package import Logging
package import Sandbox
import VerifierKit

/// Several verifiers that together give each completion its reward.
///
/// `reward = Σ weight · score` over the terms that count. A term with a condition is asked, and
/// counts, only where every term without one passed.
package final class Judge: Sendable {
  /// How much the sandbox takes away from the verifiers.
  package let sandboxLevel: SandboxLevel

  private let terms: [RewardTerm]
  private let hosts: [VerifierHost]

  /// Finds and prepares the verifiers of a reward.
  ///
  /// - Parameters:
  ///   - terms: The reward; at least one term without a condition.
  ///   - workers: Processes for each term.
  ///   - folders: Where plugins are looked for.
  ///   - executables: Where the executables of this package lie.
  ///   - cache: Where what verifiers prepare is kept; nil for a folder of the user's cache.
  ///   - weakest: The weakest sandbox in which verifiers may run.
  ///   - log: Where restarts and a weak sandbox are told.
  /// - Throws: ``VerifierError`` or `SandboxError`, before any process starts.
  package init(
    terms: [RewardTerm], workers: Int = 2, folders: [URL] = VerifierCatalog.folders(),
    executables: URL = VerifierCatalog.executableFolder, cache: URL? = nil,
    weakest: SandboxLevel = .weakestByDefault, log: Logger = Logger(label: "verifiers")
  ) throws {
    guard terms.contains(where: { $0.onlyIf == nil }) else {
      throw VerifierError.invalidReward(rule: "at least one term must be without 'onlyIf'")
    }
    for term in terms where !term.weight.isFinite {
      throw VerifierError.invalidReward(
        rule: "the weight of '\(term.verifier)' is \(term.weight), not a finite number")
    }
    guard (1...256).contains(workers) else {
      throw VerifierError.invalidReward(rule: "\(workers) workers are not in 1...256")
    }
    let sandbox = try Sandbox(executables: executables, weakest: weakest)
    hosts = try terms.map { term in
      try VerifierHost(
        try VerifierCatalog.find(term.verifier, in: folders), settings: term.settings,
        workers: workers, sandbox: sandbox, executables: executables, cache: cache, log: log)
    }
    (self.terms, sandboxLevel) = (terms, sandbox.level)
    if sandbox.level < .weakestByDefault {
      log.warning(
        """
        Verifiers run in a weak sandbox, level '\(sandbox.level.rawValue)': \(sandbox.level.loss).
        """)
    }
  }

  /// Judges completions.
  ///
  /// - Parameter requests: What to judge.
  /// - Returns: A judgement for each request, in their order.
  /// - Throws: `CancellationError` where the task is cancelled; the processes are ended then.
  package func judge(_ requests: [JudgeRequest]) async throws -> [Judgement] {
    var verdicts: [[NamedVerdict?]] = Array(
      repeating: Array(repeating: nil, count: terms.count), count: requests.count)
    let all = Array(requests.indices)
    try await ask(terms.indices.filter { terms[$0].onlyIf == nil }, all, requests, &verdicts)
    let passed = all.filter { row in
      verdicts[row].allSatisfy { $0.map { $0.outcome == .passed } ?? true }
    }
    try await ask(terms.indices.filter { terms[$0].onlyIf != nil }, passed, requests, &verdicts)
    return verdicts.map(judgement)
  }

  /// The verifiers that failed too often to be asked again, each with its reason, which names it.
  package var disabled: [(verifier: String, reason: String)] {
    hosts.compactMap { host in host.disabled.map { (host.name, $0) } }
  }

  /// How the processes of the verifiers failed, the latest last (at most 16 of each verifier), and
  /// how many did.
  package var failures: (latest: [String], count: Int) {
    hosts.map(\.failures).reduce(into: ([], 0)) { sum, one in
      sum = (sum.0 + one.latest, sum.1 + one.count)
    }
  }

  /// Ends all processes and waits until they are gone.
  package func shutDown() async {
    await withTaskGroup { group in
      for host in hosts { group.addTask { await host.shutDown() } }
    }
  }

  // MARK: - Terms

  /// Asks the verifiers of some terms about some rows, all at once.
  private func ask(
    _ columns: [Int], _ rows: [Int], _ requests: [JudgeRequest], _ verdicts: inout [[NamedVerdict?]]
  ) async throws {
    let asked = rows.map { requests[$0] }
    try await withThrowingTaskGroup { group in
      for column in columns {
        let host = hosts[column]
        group.addTask { (column, try await host.judge(asked)) }
      }
      for try await (column, found) in group {
        for (row, verdict) in zip(rows, found) { verdicts[row][column] = verdict }
      }
    }
  }

  private func judgement(_ verdicts: [NamedVerdict?]) -> Judgement {
    var reward: Double? = 0
    for (term, verdict) in zip(terms, verdicts) {
      guard let verdict else { continue }
      reward = verdict.score.flatMap { score in reward.map { $0 + term.weight * score } }
    }
    return Judgement(verdicts: verdicts.compactMap { $0 }, reward: reward, sandbox: sandboxLevel)
  }
}
