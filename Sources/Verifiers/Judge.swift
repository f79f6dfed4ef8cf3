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

  private let panel: Panel

  /// Finds and prepares the verifiers of a reward.
  ///
  /// - Parameters:
  ///   - terms: The reward; at least one term without a condition, and none that would pay for the
  ///     form of a wrong answer without saying so.
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
    try Panel.check(terms)
    guard (1...256).contains(workers) else {
      throw VerifierError.invalidReward(rule: "\(workers) workers are not in 1...256")
    }
    let sandbox = try Sandbox(executables: executables, weakest: weakest)
    panel = try Panel(
      terms,
      places: PluginPlaces(
        folders: folders, executables: executables, cache: cache, workers: workers,
        sandbox: sandbox, log: log))
    sandboxLevel = sandbox.level
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
    try await panel.judge(requests).map { verdicts in
      Judgement(
        verdicts: verdicts.compactMap { $0 }, reward: panel.reward(of: verdicts),
        sandbox: sandboxLevel)
    }
  }

  /// The verifiers that failed too often to be asked again, each with its reason, which names it.
  package var disabled: [(verifier: String, reason: String)] { panel.disabledPlugins }

  /// How the processes of the verifiers failed, the latest last (at most 16 of each verifier), and
  /// how many did.
  package var failures: (latest: [String], count: Int) { panel.failures }

  /// Ends all processes and waits until they are gone.
  package func shutDown() async { await panel.shutDown() }
}
