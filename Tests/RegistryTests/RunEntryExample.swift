import Runs

@testable import Registry

extension RunEntry {
  /// A run that has just begun.
  static func example(_ name: String, pipeline: String = "sums") -> RunEntry {
    RunEntry(
      name: name, pipeline: pipeline, created: "2025-01-31T12:00:00Z", honeVersion: "0.1.0",
      status: .running, rounds: 0, plannedRounds: 5, stamp: "1")
  }
}
