/// What stops a sandbox from being made or used.
package enum SandboxError: Error, Equatable, CustomStringConvertible {
  case noJail(path: String)
  /// A system call was refused.
  case failed(call: String, reason: String)
  /// The machine gives less than is asked for.
  case tooWeak(level: SandboxLevel, needed: SandboxLevel, obstacles: [String], remedies: [String])

  package var description: String {
    switch self {
    case .noJail(let path):
      """
      There is no executable '\(path)', which starts verifiers with limits. Build the whole \
      package, and keep 'jail' beside 'hone'.
      """
    case .failed(let call, let reason): "\(call) failed: \(reason)."
    case .tooWeak(let level, let needed, let obstacles, let remedies):
      """
      The sandbox reaches only level '\(level.rawValue)' on this machine, where \(level.loss); \
      '\(needed.rawValue)' is needed. \
      \((obstacles + remedies).map { $0 + "." }.joined(separator: " ")) \
      `hone sandbox status` tells more; to judge all the same, pass \
      \(level == .none ? "--unsafe-no-sandbox" : "--allow-degraded \(level.rawValue)"), or set \
      'sandbox.allowDegraded' to \(level.rawValue) in a pipeline.
      """
    }
  }
}
