package import Foundation
package import Logging
package import Sandbox
package import VerifierKit
package import Verifiers

/// A verifier on the bench: asked as a run would ask it, and started anew where it breaks down.
///
/// A run stops where a verifier is disabled. The bench wants to know of every request, so it starts
/// the verifier again and asks about the rest, as long as that brings verdicts.
package actor VerifierBench {
  /// How often a verifier is started again after it was disabled.
  static let revivals = 64
  /// Requests that are asked about at once.
  private static let lot = 256

  private let manifest: VerifierManifest
  private let settings: [String: JSONValue]
  private let workers: Int
  private let executables: URL
  private let weakest: SandboxLevel
  private let log: Logger
  private var judge: Judge
  private var pastFailures: (latest: [String], count: Int) = ([], 0)

  /// Prepares a verifier; nothing is started yet.
  ///
  /// - Parameters:
  ///   - manifest: The verifier.
  ///   - settings: Settings that differ from the manifest's.
  ///   - workers: Processes; with one, requests reach the verifier in their order.
  ///   - executables: Where the executables of this package lie.
  ///   - weakest: The weakest sandbox in which the verifier may run.
  ///   - log: Where restarts are told.
  /// - Throws: `VerifierError` or `SandboxError`.
  package init(
    _ manifest: VerifierManifest, settings: [String: JSONValue] = [:], workers: Int = 1,
    executables: URL = VerifierCatalog.executableFolder,
    weakest: SandboxLevel = .weakestByDefault, log: Logger
  ) throws {
    (self.manifest, self.settings, self.workers) = (manifest, settings, workers)
    (self.executables, self.weakest, self.log) = (executables, weakest, log)
    judge = try Self.judge(manifest, settings, workers, executables, weakest, log)
  }

  /// How processes failed, the latest last (at most 16), and how many did.
  package var failures: (latest: [String], count: Int) {
    let now = judge.failures
    return (Array((pastFailures.latest + now.latest).suffix(16)), pastFailures.count + now.count)
  }

  /// Judges completions.
  ///
  /// - Parameters:
  ///   - requests: What to judge.
  ///   - progress: Told how many are done.
  /// - Returns: A verdict for each request, in their order.
  /// - Throws: `CancellationError`, or what stops the verifier from being started again.
  package func judge(
    _ requests: [JudgeRequest], progress: (@Sendable (Int) -> Void)? = nil
  ) async throws -> [NamedVerdict] {
    var verdicts: [NamedVerdict] = []
    for start in stride(from: 0, to: requests.count, by: Self.lot) {
      verdicts += try await judge(lot: requests[start..<min(start + Self.lot, requests.count)])
      progress?(verdicts.count)
    }
    return verdicts
  }

  /// Ends the processes.
  package func shutDown() async { await judge.shutDown() }

  // MARK: - Lots

  private func judge(lot: ArraySlice<JudgeRequest>) async throws -> [NamedVerdict] {
    var verdicts: [NamedVerdict?] = Array(repeating: nil, count: lot.count)
    var open = Array(lot.indices)
    for _ in 0...Self.revivals where !open.isEmpty {
      let found = try await judge.judge(open.map { lot[$0] }).compactMap(\.verdicts.first)
      precondition(found.count == open.count, "\(found.count) verdicts on \(open.count) requests")
      for (index, verdict) in zip(open, found) { verdicts[index - lot.startIndex] = verdict }
      let before = open.count
      open = zip(open, found).filter { $1.fault == .disabled }.map(\.0)
      // One that fails on whatever it is asked would take its time limit for each request.
      let answers = found.contains { $0.fault == nil }
      if judge.disabled.isEmpty || open.count == before || !answers { break }
      try await revive()
    }
    return verdicts.compactMap { $0 }
  }

  private func revive() async throws {
    pastFailures = failures
    await judge.shutDown()
    judge = try Self.judge(manifest, settings, workers, executables, weakest, log)
  }

  private static func judge(
    _ manifest: VerifierManifest, _ settings: [String: JSONValue], _ workers: Int,
    _ executables: URL, _ weakest: SandboxLevel, _ log: Logger
  ) throws -> Judge {
    try Judge(
      terms: [RewardTerm(verifier: manifest.name, onlyIf: .always, settings: settings)],
      workers: workers,
      folders: [manifest.folder.deletingLastPathComponent()] + VerifierCatalog.folders(),
      executables: executables, weakest: weakest, log: log)
  }
}
