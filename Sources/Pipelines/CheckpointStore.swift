import Foundation
import ModelFiles
import Policies
import Runs
import Tensors
import Training

/// Where a run stands, beside the weights in a checkpoint: `state.json`.
struct CheckpointState: Codable, Equatable, Sendable {
  /// The stage that goes on, from 0; equal to their number once all are done.
  var stage: Int
  /// The stage's name; empty once all are done.
  var stageName: String
  /// Steps or rounds of it that are done.
  var done: Int
  /// Optimiser steps of the stage: taken, and applied.
  var stepsTaken = 0
  var stepsApplied = 0
  /// Records of each record file that stood when the checkpoint was written.
  var records: [String: Int]
  var tally: RunTally
}

/// The checkpoints of a run: folders `000001`, `000002`, …, each a Hugging Face model folder.
///
/// The newest two are kept, so that the last good one stays whatever happens to the next.
struct CheckpointStore {
  private let folder: URL

  init(_ folder: URL) { self.folder = folder }

  /// Writes the next checkpoint and removes those that are no longer needed.
  func write(_ state: CheckpointState, policy: Policy, updater: Updater?) throws {
    let numbers = numbers()
    var extras = [ModelFolder.Extra.file("state.json", try StableJSON.document(state))]
    if let updater { extras.append(.tensors("optimizer.safetensors", moments(updater))) }
    try policy.write(to: url((numbers.last ?? 0) + 1), extras: extras)
    for number in numbers.dropLast(1) { try FileManager.default.removeItem(at: url(number)) }
  }

  /// Writes what a run ships.
  func writeFinal(_ policy: Policy) throws { try policy.write(to: folder.appending(path: "final")) }

  /// Keeps the policy as it is now under a name, for a stage that refers to it.
  func writeReference(_ name: String, _ policy: Policy) throws {
    try policy.write(to: folder.appending(path: "reference-\(name)"))
  }

  /// The policy that ``writeReference(_:_:)`` kept, or `nil`.
  func reference(_ name: String) throws -> Policy? {
    let url = folder.appending(path: "reference-\(name)")
    return FileManager.default.fileExists(atPath: url.path) ? try Policy.load(url.path) : nil
  }

  /// The newest checkpoint's state and model folder, or `nil` if none was written.
  func newest() throws -> (state: CheckpointState, folder: URL)? {
    guard let number = numbers().last else { return nil }
    do {
      let data = try Data(contentsOf: url(number).appending(path: "state.json"))
      return (try StableJSON.value(from: data), url(number))
    } catch {
      throw PipelineError.damagedCheckpoint(folder: url(number).relativePath)
    }
  }

  /// Fills an updater with the moments of a checkpoint.
  func restore(_ updater: Updater, from checkpoint: URL, state: CheckpointState) throws {
    try ModelFolder.readTensors(
      checkpoint.appending(path: "optimizer.safetensors"),
      into: moments(updater).map { ($0.name, $0.matrix) })
    updater.resume(stepsTaken: state.stepsTaken, stepsApplied: state.stepsApplied)
  }

  private func moments(_ updater: Updater) -> [(name: String, shape: [Int], matrix: Matrix)] {
    [("means", updater.means), ("squares", updater.squares)].map { name, buffer in
      (name, [buffer.count], Matrix(buffer, rows: 1, columns: buffer.count))
    }
  }

  private func url(_ number: Int) -> URL {
    let digits = "\(number)"
    return folder.appending(
      path: String(repeating: "0", count: max(0, 6 - digits.count)) + digits)
  }

  private func numbers() -> [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.count >= 6 && $0.allSatisfy(\.isNumber) }.compactMap { Int($0) }
      .sorted()
  }
}
