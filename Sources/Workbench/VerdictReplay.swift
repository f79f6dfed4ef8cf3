package import Foundation
package import Logging
import Rollouts
import Runs
package import Sandbox
import Settings
package import VerifierKit
package import Verifiers

/// Judges recorded rollouts again, and lists the verdicts that flipped.
package struct VerdictReplay {
  /// A recorded rollout with where it stands.
  struct Recorded {
    let file: String
    let row: Int
    let rollout: Rollout
    let verdict: RecordedVerdict
  }

  private let manifest: VerifierManifest
  private let settings: [String: JSONValue]
  private let executables: URL
  private let weakest: SandboxLevel
  private let log: Logger

  /// - Parameters:
  ///   - manifest: The verifier.
  ///   - settings: Settings that differ from the manifest's.
  ///   - executables: Where the executables of this package lie.
  ///   - weakest: The weakest sandbox in which the verifier may run.
  ///   - log: Where restarts are told.
  package init(
    _ manifest: VerifierManifest, settings: [String: JSONValue] = [:],
    executables: URL = VerifierCatalog.executableFolder,
    weakest: SandboxLevel = .weakestByDefault, log: Logger
  ) {
    (self.manifest, self.settings) = (manifest, settings)
    (self.executables, self.weakest, self.log) = (executables, weakest, log)
  }

  /// Judges what was recorded.
  ///
  /// - Parameters:
  ///   - source: A run's folder, whose recorded rollouts are taken, or a file of scored rollouts.
  ///   - workers: Processes of the verifier.
  ///   - progress: Told how many rollouts are done, and of how many.
  /// - Returns: The verdicts that changed.
  /// - Throws: ``ReplayError``, `RunError`, `RolloutFileError`, or what stops the verifier.
  package func run(
    _ source: URL, workers: Int = 2, progress: (@Sendable (Int, Int) -> Void)? = nil
  ) async throws -> ReplayReport {
    let all = try Self.rollouts(of: source)
    let recorded = all.compactMap { file, row, rollout -> Recorded? in
      rollout.verdicts?.first { $0.verifier == manifest.name }
        .map { Recorded(file: file, row: row, rollout: rollout, verdict: $0) }
    }
    guard !recorded.isEmpty else {
      throw ReplayError.noVerdicts(
        source: source.relativePath, verifier: manifest.name, rollouts: all.count,
        known: Set(all.flatMap { $0.2.verdicts ?? [] }.map(\.verifier)).sorted())
    }
    let bench = try VerifierBench(
      manifest, settings: settings, workers: workers, executables: executables, weakest: weakest,
      log: log)
    let verdicts = try await bench.judge(
      recorded.map { JudgeRequest(problem: $0.rollout.problem, completion: $0.rollout.completion) }
    ) { progress?($0, recorded.count) }
    await bench.shutDown()
    return ReplayReport(
      verifier: manifest.name, source: source.relativePath, skipped: all.count - recorded.count,
      recorded: recorded, verdicts: verdicts)
  }

  // MARK: - What was recorded

  private static func rollouts(of source: URL) throws -> [(String, Int, Rollout)] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: source.path, isDirectory: &isFolder) else {
      throw ReplayError.nothingThere(source: source.relativePath)
    }
    guard isFolder.boolValue else { return try rows(of: source) }
    _ = try RunFolder.manifest(of: source)
    let stages = source.appending(path: "stages")
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: stages.path)
    } catch {
      throw RunError.system(
        operation: "list", path: stages.path, reason: failureReason(error))
    }
    let files = names.filter { $0.hasSuffix("-rollouts.jsonl") }.sorted()
      .map { stages.appending(path: $0) }
    // A stage that was stopped before its first record leaves an empty file.
    let found = try files.filter { try !Self.isEmpty($0) }.flatMap { try rows(of: $0) }
    guard !found.isEmpty else { throw ReplayError.noRollouts(run: source.relativePath) }
    return found
  }

  private static func rows(of file: URL) throws -> [(String, Int, Rollout)] {
    try RolloutFile.read(file.path).enumerated().map { (file.lastPathComponent, $0 + 1, $1) }
  }

  private static func isEmpty(_ file: URL) throws -> Bool {
    let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
    return (attributes[.size] as? NSNumber)?.intValue == 0
  }
}

/// Which recorded verdicts a verifier would give otherwise today.
package struct ReplayReport: Codable, Equatable, Sendable {
  /// A verdict as it was or is.
  package struct Finding: Codable, Equatable, Sendable {
    package let outcome: VerifierOutcome
    package let score: Double?
    package let reason: String
  }

  /// A verdict that changed.
  package struct Flip: Codable, Equatable, Sendable {
    package let file: String
    /// The rollout's number in its file, from 1.
    package let row: Int
    package let problem: String
    package let completion: String
    package let before: Finding
    package let after: Finding
  }

  package let verifier: String
  package let source: String
  package let rollouts: Int
  /// Rollouts that this verifier had not judged.
  package let skipped: Int
  /// Verdicts whose outcome or score changed.
  package let flips: [Flip]
  /// Flips by their kind, such as `passed → wrong`.
  package let counts: [String: Int]
  /// Rollouts that were not judged now, since the verifier failed.
  package let failed: Int

  /// How the verifier failed on the last of them; nil where it did not.
  package let lastFailure: String?

  /// Whether every verdict is known, and what it was.
  package var isSame: Bool { flips.isEmpty && failed == 0 }

  init(
    verifier: String, source: String, skipped: Int, recorded: [VerdictReplay.Recorded],
    verdicts: [NamedVerdict]
  ) {
    (self.verifier, self.source, self.skipped) = (verifier, source, skipped)
    rollouts = recorded.count
    var flips: [Flip] = []
    var counts: [String: Int] = [:]
    for (old, new) in zip(recorded, verdicts)
    where new.fault == nil
      && (old.verdict.outcome != new.outcome || old.verdict.score != new.score)
    {
      flips.append(
        Flip(
          file: old.file, row: old.row, problem: old.rollout.problem.id,
          completion: Excerpt.of(old.rollout.completion),
          before: Finding(
            outcome: old.verdict.outcome, score: old.verdict.score, reason: old.verdict.reason),
          after: Finding(outcome: new.outcome, score: new.score, reason: new.reason)))
      let kind = "\(old.verdict.outcome.rawValue) → \(new.outcome.rawValue)"
      counts[kind, default: 0] += 1
    }
    (self.flips, self.counts) = (flips, counts)
    let failures = verdicts.filter { $0.fault != nil }
    failed = failures.count
    lastFailure = failures.last?.reason
  }

  /// The report for people, in lines.
  package var text: String {
    let others = skipped > 0 ? " (\(skipped) others it had not judged)" : ""
    var lines = [
      "\(verifier) on \(rollouts) rollouts of \(source)\(others): "
        + (flips.isEmpty
          ? failed == rollouts ? "judged none of them" : "no verdict flipped"
          : "\(flips.count) verdicts flipped")
    ]
    for (kind, count) in counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      lines.append("  \(count) \(kind)")
    }
    if let lastFailure {
      lines.append(
        "  \(failed) could not be judged, since the verifier failed: "
          + Excerpt.ofReason(lastFailure))
    }
    for flip in flips.prefix(20) {
      lines.append("  \(flip.file):\(flip.row) problem '\(flip.problem)'")
      lines.append("    text:   \(flip.completion)")
      lines.append("    before: \(flip.before.text)")
      lines.append("    after:  \(flip.after.text)")
    }
    if flips.count > 20 { lines.append("  … and \(flips.count - 20) more (--json has all)") }
    return lines.joined(separator: "\n")
  }
}

extension ReplayReport.Finding {
  fileprivate var text: String {
    "\(outcome.rawValue)\(score.map { " \($0)" } ?? ""): \(Excerpt.ofReason(reason))"
  }
}

/// Recorded rollouts that cannot be judged again.
package enum ReplayError: Error, Equatable, CustomStringConvertible {
  case nothingThere(source: String)
  case noRollouts(run: String)
  case noVerdicts(source: String, verifier: String, rollouts: Int, known: [String])

  package var description: String {
    switch self {
    case .nothingThere(let source):
      "There is no run folder or file '\(source)'. Name a folder that `hone run` made, or a file."
    case .noRollouts(let run):
      """
      Run '\(run)' has no recorded rollouts. Set 'reinforce.recordedProblems' above 0 in its \
      pipeline, or judge a file of rollouts.
      """
    case .noVerdicts(let source, let verifier, let rollouts, let known):
      """
      None of the \(rollouts) rollouts of '\(source)' has a verdict of '\(verifier)'; \
      \(known.isEmpty ? "they have none" : "they were judged by \(known.joined(separator: ", "))"). \
      `hone verify` judges what has no verdict yet.
      """
    }
  }
}
