import Foundation
import VerifierKit

/// Several verifiers that count as one: the `parts` of a manifest, combined by the host.
///
/// `score = Σ weight · score / Σ weight`; no weight is below 0. It passes where every part without a condition passes, and a part with `onlyIf: passed`
/// adds its share only there.
final class CompositeVerifier: Examiner {
  let name: String
  let isShaping: Bool

  private let panel: Panel
  /// The score's whole.
  private let weight: Double

  /// Finds and prepares the parts, which are looked for beside the composite first.
  ///
  /// - Parameters:
  ///   - manifest: A manifest with parts.
  ///   - overrides: Settings of parts, each as `PART.SETTING`.
  ///   - places: Where plugins are found, and how they are started.
  /// - Throws: ``VerifierError`` where a part cannot be used or is a composite itself.
  init(
    _ manifest: VerifierManifest, overrides: [String: JSONValue], places: PluginPlaces
  ) throws {
    var places = places
    places.folders.insert(manifest.folder.deletingLastPathComponent(), at: 0)
    var settings: [String: Set<String>] = [:]
    for part in manifest.parts {
      let found = try VerifierCatalog.find(part.verifier, in: places.folders)
      guard found.parts.isEmpty else {
        throw VerifierError.invalidReward(
          rule: "'\(manifest.name)' has the part '\(part.verifier)', which has parts itself")
      }
      settings[part.verifier] = Set(found.settings.keys)
    }
    var terms = manifest.parts
    for (key, value) in overrides {
      let words = key.split(separator: ".", maxSplits: 1).map(String.init)
      guard words.count == 2, settings[words[0]]?.contains(words[1]) == true else {
        let known = settings.flatMap { part, names in names.map { "\(part).\($0)" } }.sorted()
        throw VerifierError.unknownSetting(verifier: manifest.name, setting: key, known: known)
      }
      for index in terms.indices where terms[index].verifier == words[0] {
        terms[index].settings[words[1]] = value
      }
    }
    weight = terms.reduce(0) { $0 + $1.weight }
    guard weight > 0 else {
      throw VerifierError.invalidReward(rule: "no part of '\(manifest.name)' has a weight above 0")
    }
    panel = try Panel(terms, places: places)
    (name, isShaping) = (manifest.name, manifest.isShaping || panel.isShaping)
  }

  var disabledPlugins: [(verifier: String, reason: String)] { panel.disabledPlugins }
  var failures: (latest: [String], count: Int) { panel.failures }

  func judge(_ requests: [JudgeRequest]) async throws -> [NamedVerdict] {
    try await panel.judge(requests).map(combined)
  }

  func shutDown() async { await panel.shutDown() }

  /// One verdict out of those of the parts, which it keeps.
  private func combined(_ verdicts: [NamedVerdict?]) -> NamedVerdict {
    let parts = verdicts.compactMap { $0 }
    let seconds = parts.reduce(0) { $0 + $1.seconds }
    let verdict: Verdict
    if let missing = parts.first(where: { $0.outcome == .unscored }) {
      verdict = .unscored(reason: "\(missing.verifier): \(missing.reason)")
    } else {
      let score = (panel.reward(of: verdicts) ?? 0) / weight
      let failed = zip(panel.terms, verdicts).first { term, verdict in
        !term.isConditional && verdict?.outcome != .passed
      }?.1
      let told = failed ?? parts.first { $0.outcome != .passed }
      let reason = told.map { "\($0.verifier): \($0.reason)" } ?? "every part passed"
      verdict =
        failed == nil
        ? .passed(score: score, reason: reason) : .wrong(score: score, reason: reason)
    }
    let answer = parts.first?.answer
    return NamedVerdict(
      verifier: name, verdict: answer.map(verdict.naming) ?? verdict, seconds: seconds,
      fault: parts.lazy.compactMap(\.fault).first, parts: parts)
  }
}
