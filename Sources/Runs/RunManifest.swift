/// What `run.json` says about a run.
package struct RunManifest: Codable, Equatable, Sendable {
  /// How the run's folder is laid out.
  package static let currentFormat = 1

  /// The layout that the folder has.
  package let format: Int
  /// The hone that made the folder.
  package let honeVersion: String
  /// `<pipeline>-<n>`, the folder's name.
  package let name: String
  /// When the folder was made, as in `2025-01-31T12:00:00Z`.
  package let created: String
  /// How much the sandbox takes away from the verifiers; nil in runs that did not record it.
  package var sandboxLevel: String?
  /// What the run was made of; nil in runs that did not record it.
  package var provenance: RunProvenance?
  package var status: RunStatus
  /// Why the run failed, where it did.
  package var reason: String?
  /// Stages that were not run, since the run named here had done the same; nil for none.
  package var reused: [String: String]?
  /// Whether the run does all stages itself, whatever others have done; nil for no.
  package var rerun: Bool?
}

/// How far a run has come.
package enum RunStatus: String, Codable, CaseIterable, Sendable {
  /// At work; or killed, if no process holds the lock.
  case running
  /// Stopped by its user after a checkpoint.
  case interrupted
  /// Stopped by an error.
  case failed
  /// All stages done.
  case finished
}

/// The version of the program.
package enum HoneVersion {
  package static let current = "0.1.0"
}
