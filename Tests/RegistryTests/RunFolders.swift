import Foundation
import Runs
import TestSupport

@testable import Registry

extension TemporaryFolder {
  /// Makes the folder of a run that recorded three of five rounds and one evaluation, and let go of
  /// its lock.
  @discardableResult
  func makeRun(_ name: String, status: RunStatus = .finished, reward: Double = 0.5) throws -> URL {
    let settings = """
      name: \(name)
      stages:
        - warmUp: { steps: 2 }
        - evaluate: { name: before }
        - reinforce: { rounds: 5 }

      """
    let run = try RunFolder.create(in: url, name: name, settings: settings)
    for step in 1...2 { try run.append(["step": step], to: "01-warmUp") }
    try run.append(EvaluationReport(), to: "02-evaluate")
    for round in 1...3 {
      try run.append(
        ["round": Double(round), "reward": reward + Double(round) / 10], to: "03-reinforce")
    }
    for checkpoint in ["000001", "000002", "final"] {
      let folder = run.url.appending(path: "checkpoints/\(checkpoint)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
      try Data(repeating: 1, count: 100).write(to: folder.appending(path: "model.safetensors"))
      if checkpoint != "final" {
        try Data(#"{"stage":2,"done":\#(Int(checkpoint) ?? 0)}"#.utf8)
          .write(to: folder.appending(path: "state.json"))
      }
    }
    let writer = LedgerWriter(try Ledger.create(in: run.url))
    for round in 1...3 { try writer.append(LedgerRound.example(round)) }
    try writer.drain()
    try run.update(status: status)
    return run.url
  }

  /// As far as the registry reads it.
  private struct EvaluationReport: Encodable {
    var name = "before"
    var taskSet = "sums/heldout"
    var problems = 10
    var samples = 0
    var greedy = 0.25
    var greedyInterval = ["low": 0.125, "high": 0.5]
    var unscoredShare = 0.0
  }
}
