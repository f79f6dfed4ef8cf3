package import Evaluation
import Foundation
package import Training

/// What a run found: `report.json`.
package struct RunReport: Codable, Sendable {
  package let run: String
  package let pipeline: String
  package let seed: UInt64
  /// Parameters of the policy.
  package let parameters: Int
  package let sandboxLevel: String
  /// Evaluations by name.
  package let evaluations: [String: EvaluationReport]
  /// Each evaluation against the first.
  package let comparisons: [EvaluationComparison]
  package let rounds: Int
  package let steps: Int
  /// Optimiser steps left out because a gradient was not finite.
  package let skippedSteps: Int
  package let sampledTokens: Int
  package let rollouts: Int
  package let unscoredRollouts: Int
  /// By stage that trains.
  package let regularization: [String: [RegularizationTable.Line]]
  /// What differs from run to run.
  package let timings: Timings

  package struct Timings: Codable, Sendable {
    /// Wall time of this process: after a resume, of the last part.
    package let seconds: Double
    package let peakMemoryBytes: Int
  }
}

/// The largest memory that this process has held, in bytes.
package func peakMemoryBytes() -> Int {
  guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
    let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
    let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) }
    )
  else { return 0 }
  return kilobytes * 1024
}
