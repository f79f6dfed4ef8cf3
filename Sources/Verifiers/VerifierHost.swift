package import Foundation
package import Logging
package import Sandbox
package import VerifierKit

/// How one plugin is started and what it is told.
struct PluginPlan: Sendable {
  let manifest: VerifierManifest
  let settings: [String: JSONValue]
  let command: JailedCommand
  let sandbox: Sandbox
  /// Seconds until a process must be ready.
  let startSeconds: Double
  let log: Logger

  init(
    _ manifest: VerifierManifest, overrides: [String: JSONValue], sandbox: Sandbox,
    executables: URL, cache: URL, startSeconds: Double, log: Logger
  ) throws(VerifierError) {
    self.manifest = manifest
    if let setting = overrides.keys.sorted().first(where: { manifest.settings[$0] == nil }) {
      throw .unknownSetting(
        verifier: manifest.name, setting: setting, known: manifest.settings.keys.sorted())
    }
    var settings = manifest.settings.merging(overrides) { $1 }
    let files = try PluginFiles(manifest, settings: settings, overrides: overrides)
    let executable = try manifest.executable(beside: executables)
    try manifest.checkInterpreter(of: executable)
    var command = JailedCommand(
      executable: executable,
      arguments: Array(manifest.command.dropFirst()), folder: manifest.folder,
      limits: JailLimits(
        cpuSeconds: manifest.limits.cpuSeconds, memoryMiB: manifest.limits.memoryMiB,
        processes: manifest.limits.processes, fileKiB: manifest.limits.scratchMiB << 10,
        openFiles: manifest.nesting ? 1024 : 64, scratchMiB: manifest.limits.scratchMiB))
    command.isNesting = manifest.nesting
    command.house = try manifest.needs(beside: executables)
    if let preparation = manifest.preparation, !files.files.isEmpty {
      let path = try PreparedFile(manifest, files: files, cache: cache)
        .path(preparing: command, preparation, in: sandbox, log: log)
      command.house.append(path)
      settings[VerifierManifest.preparedSetting] = .string(sandbox.place(ofHouse: path))
    } else {
      command.house += files.files.map(\.url.path)
      settings = files.seen(settings, in: sandbox)
    }
    (self.command, self.settings) = (command, settings)
    (self.sandbox, self.startSeconds, self.log) = (sandbox, startSeconds, log)
  }
}

/// One plugin, run in several processes.
///
/// Whatever a plugin does, each request gets a verdict: one that the plugin never answered is
/// unscored with the reason. Processes start with the first request.
package actor VerifierHost: Examiner {
  /// The plugin's name.
  package nonisolated let name: String
  /// Whether it judges form alone.
  nonisolated let isShaping: Bool

  private let board: WorkBoard
  private let workers: [VerifierWorker]
  private var isRunning = false

  /// Prepares a plugin.
  ///
  /// - Parameters:
  ///   - manifest: The plugin.
  ///   - settings: Settings that differ from the manifest's.
  ///   - workers: Processes, at least 1.
  ///   - sandbox: What starts them.
  ///   - executables: Where executables that commands name without a slash may lie.
  ///   - cache: Where what plugins prepare is kept; nil for a folder of the user's cache.
  ///   - startSeconds: Seconds until a process must be ready.
  ///   - log: Where restarts are told.
  /// - Throws: ``VerifierError`` where the settings or the command cannot be used, or a
  ///   `SandboxError`.
  package init(
    _ manifest: VerifierManifest, settings: [String: JSONValue] = [:], workers: Int,
    sandbox: Sandbox, executables: URL, cache: URL? = nil, startSeconds: Double = 10, log: Logger
  ) throws {
    precondition(workers >= 1, "\(workers) workers")
    let plan = try PluginPlan(
      manifest, overrides: settings, sandbox: sandbox, executables: executables,
      cache: cache ?? PreparedFile.defaultCache, startSeconds: startSeconds, log: log)
    let wakes = try (0..<workers).map { _ in try WakeSignal() }
    let board = WorkBoard(name: manifest.name, wakes: wakes)
    (name, isShaping) = (manifest.name, manifest.isShaping)
    self.board = board
    self.workers = wakes.map { VerifierWorker(plan: plan, board: board, wake: $0) }
  }

  deinit { board.close() }

  /// Judges completions.
  ///
  /// - Parameter requests: What to judge.
  /// - Returns: A verdict for each request, in their order.
  /// - Throws: ``VerifierError/refusedSettings(verifier:reason:)``; `CancellationError` where the
  ///   task is cancelled, and the processes are ended then.
  package func judge(_ requests: [JudgeRequest]) async throws -> [NamedVerdict] {
    try Task.checkCancellation()
    if requests.isEmpty { return [] }
    start()
    let batch = VerdictBatch(requests)
    let verdicts = try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { caller in
        guard batch.start(caller) else { return }
        board.submit(batch)
      }
    } onCancel: {
      batch.cancel()
      board.interrupt()
    }
    if let refusal = board.refusal {
      throw VerifierError.refusedSettings(verifier: name, reason: refusal)
    }
    return verdicts
  }

  /// What the plugin's processes wrote to standard error lately, up to 64 KiB for each worker.
  package nonisolated var standardError: String {
    workers.map(\.standardError).filter { !$0.isEmpty }.joined(separator: "\n")
  }

  /// Why the plugin was disabled; nil while it may be asked.
  package nonisolated var disabled: String? { board.disabled }

  nonisolated var disabledPlugins: [(verifier: String, reason: String)] {
    disabled.map { [(name, $0)] } ?? []
  }

  /// How its processes failed, the latest last (at most 16), and how many did.
  package nonisolated var failures: (latest: [String], count: Int) { board.failures }

  /// Ends the processes and waits until they are gone; a later request is unscored.
  package func shutDown() async {
    start()
    board.close()
    await board.waitForEnd()
  }

  private func start() {
    guard !isRunning else { return }
    isRunning = true
    for worker in workers { worker.start() }
  }
}
