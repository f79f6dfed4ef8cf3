import Foundation
import Runs

@testable import Registry

/// A folder that goes with the value.
final class TemporaryFolder: Sendable {
  let url: URL

  init() throws {
    url = URL.temporaryDirectory.appending(path: "hone-registry-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    do {
      try FileManager.default.removeItem(at: url)
    } catch {
      print("left \(url.path) behind: \(error)")
    }
  }
}

extension RunEntry {
  /// A run that has just begun.
  static func example(_ name: String, pipeline: String = "sums") -> RunEntry {
    RunEntry(
      name: name, pipeline: pipeline, created: "2025-01-31T12:00:00Z", honeVersion: "0.1.0",
      status: .running, rounds: 0, plannedRounds: 5, stamp: "1")
  }
}
