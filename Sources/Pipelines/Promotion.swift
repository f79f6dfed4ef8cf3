package import Evaluation
package import Foundation
import Policies
package import Registry
package import Runs
package import Sandbox
import Settings
import Tasks
package import Verifiers

/// A run's policy on its way through the gate.
package struct Promotion {
  private let run: String
  private let model: URL
  private let name: String
  private let policies: NamedPolicies
  private let gate: GateSettings
  private let trial: GateTrial
  private let judges: [Judge]

  /// Finds all that the gate needs, before anything is asked.
  ///
  /// - Parameters:
  ///   - run: The folder of a run.
  ///   - name: The name that its policy is to have.
  ///   - policies: The named policies.
  ///   - tasks: The held-out problems; nil for those of the run.
  ///   - guards: Sets that must not get worse.
  ///   - second: The second verifier; nil for none.
  ///   - gate: The rules.
  ///   - evaluation: Changes how problems are asked: as the run's last evaluation did.
  ///   - weakest: The weakest sandbox in which verifiers may run.
  /// - Throws: ``PromotionError``, or what cannot be found or loaded.
  package init(
    of run: URL, to name: String, policies: NamedPolicies, tasks: String?, guards: [String],
    second: RewardTerm?, gate: GateSettings, evaluation: (inout EvaluationSettings) -> Void,
    weakest: SandboxLevel
  ) throws {
    try RunName.check(name, of: "policy")
    let manifest = try RunFolder.manifest(of: run)
    guard manifest.status == .finished else {
      throw PromotionError.notFinished(run: manifest.name, status: manifest.status.rawValue)
    }
    let pipeline = try Pipeline.load(run.appending(path: "settings.yaml"))
    if let second { try Self.requireIndependence(of: second, from: pipeline.settings.reward) }
    var settings = EvaluationSettings()
    for case .evaluate(let last) in pipeline.stages.map(\.settings) { settings = last }
    settings.name = "promotion"
    (settings.limit, settings.samples) = (nil, 0)
    evaluation(&settings)
    try settings.validate()
    let folders = TaskCatalog.defaultFolders()
    func load(_ reference: String) throws -> TaskSet {
      try TaskCatalog.load(
        reference, in: folders, maxPromptCharacters: pipeline.settings.tasks.maxPromptCharacters)
    }
    let judge = try Judge(terms: pipeline.settings.reward, weakest: weakest)
    let seconding = try second.map { try Judge(terms: [$0], weakest: weakest) }
    self.init(
      name: name, run: manifest.name, model: run.appending(path: "checkpoints/final"),
      policies: policies, gate: gate,
      trial: GateTrial(
        settings, on: try load(tasks ?? pipeline.settings.tasks.evaluation),
        guarded: try guards.map(load), judge: judge, second: seconding),
      judges: [judge] + [seconding].compactMap { $0 })
  }

  /// Joins what a stage has at hand; `judges` are all that the trial asks.
  init(
    name: String, run: String, model: URL, policies: NamedPolicies, gate: GateSettings,
    trial: GateTrial, judges: [Judge]
  ) {
    (self.name, self.run, self.model, self.policies) = (name, run, model, policies)
    (self.gate, self.trial, self.judges) = (gate, trial, judges)
  }

  /// Refuses a second verifier that has a part in the reward, or shares one with it.
  ///
  /// - Throws: ``PromotionError/notIndependent(verifier:)``, or `VerifierError`.
  static func requireIndependence(of second: RewardTerm, from reward: [RewardTerm]) throws {
    let shared = try VerifierCatalog.members(of: [second])
      .intersection(try VerifierCatalog.members(of: reward))
    if let name = shared.min() { throw PromotionError.notIndependent(verifier: name) }
  }

  /// Measures both policies, decides, notes the decision, and ends the verifiers.
  ///
  /// - Parameter display: Where progress goes.
  /// - Returns: What was noted, and the decision.
  /// - Throws: What a policy, a verifier or the registry throws.
  package func run(
    _ display: ProgressDisplay
  ) async throws -> (entry: PromotionEntry, decision: PromotionDecision) {
    do {
      let result = try await decide(try Policy.load(model.path), display, keepsOwn: false)
      for judge in judges { await judge.shutDown() }
      return result
    } catch {
      for judge in judges { await judge.shutDown() }
      throw error
    }
  }

  /// Measures, decides and notes.
  ///
  /// - Parameters:
  ///   - policy: The challenger.
  ///   - display: Where progress goes.
  ///   - keepsOwn: Whether a promotion of this policy by this run counts as done: a stage that was
  ///     killed after it comes here again.
  /// - Returns: What was noted, and the decision.
  /// - Throws: What a policy, a verifier or the registry throws.
  func decide(
    _ policy: Policy, _ display: ProgressDisplay, keepsOwn: Bool
  ) async throws -> (entry: PromotionEntry, decision: PromotionDecision) {
    let named = try policies.current(name)
    if keepsOwn, let own = named?.entry, own.run == run, try own.policy == policy.digest,
      let decision = own.decision
    {
      return (own, try StableJSON.value(from: Data(decision.utf8)))
    }
    let challenger = try await measure(policy, "challenger", display)
    var champion: PolicyMeasurement?
    if named != nil {
      let folder = try policies.folder(of: name)
      champion = try await measure(try Policy.load(folder.path), "champion", display)
    }
    let decision = PromotionGate(gate).decide(challenger: challenger, champion: champion)
    let entry = try policies.record(
      name, model: model, digest: challenger.policy, run: run, decision: decision,
      comparedWith: named?.entry.number)
    return (entry, decision)
  }

  private func measure(
    _ policy: Policy, _ who: String, _ display: ProgressDisplay
  ) async throws -> PolicyMeasurement {
    display.begin(who, total: trial.completions)
    let measurement = try await trial.measure(policy) { display.update(ProgressUpdate(done: $0)) }
    for judge in judges {
      if let disabled = judge.disabled.first {
        throw PromotionError.verifierDisabled(reason: disabled.reason)
      }
    }
    display.finish()
    return measurement
  }
}

extension PromotionDecision {
  /// A line for each rule: whether it holds, and what was found.
  package var text: String {
    TextTable.lines(
      rules.map { (name: "\($0.holds ? "ok" : "NO")  \($0.name)", value: $0.finding) })
  }
}

/// A policy that cannot stand before the gate.
package enum PromotionError: Error, Equatable, CustomStringConvertible {
  case notFinished(run: String, status: String)
  case notIndependent(verifier: String)
  case verifierDisabled(reason: String)

  package var description: String {
    switch self {
    case .notFinished(let run, let status):
      """
      Run '\(run)' is \(status), so it ships no policy yet. Go on with it first: hone run --resume
      """
    case .notIndependent(let verifier):
      """
      '\(verifier)' has a part in the run's reward, which the policy was trained to please. Name \
      another one as the second.
      """
    case .verifierDisabled(let reason):
      "Nothing can be compared: \(reason). Mend the verifier (`hone verifier check` tries it)."
    }
  }
}
