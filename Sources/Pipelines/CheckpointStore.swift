import Foundation
import ModelFiles
import Policies
import Registry
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
  /// Entries of the ledger that stood then; nil in checkpoints of a hone that kept none.
  var ledgerEntries: Int?
  var tally: RunTally
}

/// The checkpoints of a run: folders `000001`, `000002`, …, each a Hugging Face model folder.
///
/// Unless its settings say otherwise, a run keeps the newest two, so that the last good one stays
/// whatever happens to the next. Each has the digests of its files.
struct CheckpointStore {
  private let folder: URL
  private let rule: RetentionRule

  /// - Parameters:
  ///   - folder: Where they are.
  ///   - rule: Which of them stay when the next is written, which stays in any case.
  init(_ folder: URL, keeping rule: RetentionRule = CheckpointSettings().rule) {
    (self.folder, self.rule) = (folder, rule)
  }

  /// Files of a checkpoint that are of the training, and not of the policy; digests of all among them.
  static let ofTraining: Set<String> = [
    "state.json", "optimizer.safetensors", CheckpointDigests.fileName,
  ]

  /// Writes the next checkpoint and removes those that are no longer needed.
  ///
  /// - Parameters:
  ///   - state: Where the run stands.
  ///   - policy: The policy as it is.
  ///   - updater: What trains; nil where nothing does.
  ///   - item: Finds the figures of a checkpoint, by its number and state.
  /// - Returns: Its folder.
  /// - Throws: Where something cannot be written or removed, or what `item` throws.
  @discardableResult
  func write(
    _ state: CheckpointState, policy: Policy, updater: Updater?,
    item: (Int, CheckpointState) throws -> RetentionRule.Item
  ) throws -> URL {
    let numbers = numbers()
    let next = url((numbers.last ?? 0) + 1)
    var extras = [ModelFolder.Extra.file("state.json", try StableJSON.document(state))]
    if let updater { extras.append(.tensors("optimizer.safetensors", moments(updater))) }
    try policy.write(to: next, extras: extras, seal: Self.seal)
    let kept = try rule.kept(of: self.numbers().map { try self.item($0, item) })
    for number in numbers where !kept.contains(number) {
      try FileManager.default.removeItem(at: url(number))
    }
    return next
  }

  /// A checkpoint as the rule sees it; without figures where none are asked for or none can be had.
  private func item(
    _ number: Int, _ item: (Int, CheckpointState) throws -> RetentionRule.Item
  ) throws -> RetentionRule.Item {
    guard rule.keepBest != nil else { return RetentionRule.Item(number: number) }
    let found: CheckpointState
    do throws(CheckpointDamage) {
      found = try state(url(number))
    } catch {
      return RetentionRule.Item(number: number)  // whoever goes on from it says that it is damaged
    }
    return try item(number, found)
  }

  /// Writes what a run ships.
  ///
  /// - Returns: Its folder.
  func writeFinal(_ policy: Policy) throws -> URL {
    let final = folder.appending(path: "final")
    try policy.write(to: final, seal: Self.seal)
    return final
  }

  /// Writes the policy for a stage that links or copies it elsewhere, and then removes it.
  ///
  /// - Returns: Its folder.
  func writeCandidate(_ name: String, _ policy: Policy) throws -> URL {
    let url = folder.appending(path: "candidate-\(name)")
    try policy.write(to: url)
    return url
  }

  /// Keeps the policy as it is now under a name, for a stage that refers to it.
  func writeReference(_ name: String, _ policy: Policy) throws {
    try policy.write(to: folder.appending(path: "reference-\(name)"), seal: Self.seal)
  }

  /// The policy that ``writeReference(_:_:)`` kept, or `nil`.
  func reference(_ name: String) throws -> Policy? {
    let url = folder.appending(path: "reference-\(name)")
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    if CheckpointDigests.exist(in: url), let damage = CheckpointDigests.damage(in: url) {
      throw PipelineError.damagedReference(
        folder: url.relativePath, file: damage.file, reason: damage.reason)
    }
    return try Policy.load(url.path)
  }

  /// The state and the model folder of the newest checkpoint that is whole, or `nil` if there is none.
  ///
  /// `damaged` is told of each newer one that is not, which is set aside as `000008.damaged`.
  func newest(
    damaged: (PipelineError) -> Void = { _ in }
  ) throws -> (state: CheckpointState, folder: URL)? {
    for number in numbers().reversed() {
      let folder = url(number)
      do throws(CheckpointDamage) {
        return (try whole(folder), folder)
      } catch {
        damaged(
          PipelineError.damagedCheckpoint(
            folder: folder.relativePath, file: error.file, reason: error.reason))
        let aside = folder.appendingPathExtension("damaged")
        if FileManager.default.fileExists(atPath: aside.path) {
          try FileManager.default.removeItem(at: aside)
        }
        try FileManager.default.moveItem(at: folder, to: aside)
      }
    }
    return nil
  }

  /// The state of a checkpoint whose files are all as they were written.
  private func whole(_ folder: URL) throws(CheckpointDamage) -> CheckpointState {
    let hasDigests = CheckpointDigests.exist(in: folder)
    if hasDigests, let damage = CheckpointDigests.damage(in: folder) { throw damage }
    let state = try state(folder)
    // Who counts entries of the ledger writes digests, too.
    if !hasDigests, state.ledgerEntries != nil {
      throw CheckpointDamage(file: CheckpointDigests.fileName, reason: "it is gone")
    }
    return state
  }

  private func state(_ folder: URL) throws(CheckpointDamage) -> CheckpointState {
    do {
      return try StableJSON.value(
        from: try Data(contentsOf: folder.appending(path: "state.json")))
    } catch {
      throw CheckpointDamage(file: "state.json", reason: "it cannot be read")
    }
  }

  private static func seal(_ folder: URL) throws -> ModelFolder.Extra {
    .file(CheckpointDigests.fileName, try CheckpointDigests.document(of: folder))
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
