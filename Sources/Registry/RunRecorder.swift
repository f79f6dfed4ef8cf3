package import Foundation
import GRDB
import Runs

/// What a run at work tells the registry and its ledger.
///
/// The order in which things reach the disk: what the run did (its ledger), then the checkpoint that
/// counts on it, then the registry's row of the checkpoint. So what the registry names is there, and
/// what a checkpoint counts on is there.
package final class RunRecorder: Sendable {
  package let registry: Registry
  private let folder: URL
  private let ledger: Ledger
  private let writer: LedgerWriter
  /// The run's ``RunEntry/id``.
  package let run: Int64

  /// Where a run goes on from: its ledger is cut back to that.
  package struct Place: Sendable {
    /// The stage that goes on, from 1, and how much of it is done.
    let stage: Int
    let done: Int
    /// Entries of the ledger that stood there; nil where an older hone counted none.
    let entries: Int?

    package init(stage: Int, done: Int, entries: Int?) {
      (self.stage, self.done, self.entries) = (stage, done, entries)
    }
  }

  /// Registers a run and opens its ledger.
  ///
  /// - Parameters:
  ///   - folder: The run's folder, in a folder of runs.
  ///   - place: Where the run goes on from; nil where it begins.
  /// - Throws: ``RegistryError/missing(file:)`` where the run has recorded and its ledger is gone;
  ///   ``RegistryError/ledgerShort(file:found:wanted:)``, or another ``RegistryError``.
  package init(_ folder: URL, from place: Place?) throws {
    self.folder = folder
    let isRecorded = (place?.entries ?? 0) > 0
    ledger = isRecorded ? try Ledger.open(in: folder) : try Ledger.create(in: folder)
    try ledger.cut(toStage: place?.stage ?? 1, done: place?.done ?? 0, entries: place?.entries)
    let registry = try Registry.open(in: folder.deletingLastPathComponent())
    try registry.check()
    let entry = try registry.refresh(folder)
    guard let run = entry.id else { preconditionFailure("a registered run has no number") }
    (self.registry, self.run) = (registry, run)
    writer = LedgerWriter(ledger) { items in
      try registry.advance(run, by: items)
    }
  }

  /// Hands over what the run did; returns before it is on the disk.
  ///
  /// - Throws: What ended the recording, where something earlier could not be written.
  package func record(_ item: any LedgerItem) throws { try writer.append(item) }

  /// Waits until all that was handed over is on the disk.
  ///
  /// - Returns: The ledger's entries, for a checkpoint to count on.
  package func drain() throws -> Int {
    try writer.drain()
    return try ledger.entryCount()
  }

  /// Finds the figures of a checkpoint of the run, once ``drain()`` has brought them to the disk.
  ///
  /// - Parameters:
  ///   - number: The checkpoint's.
  ///   - stage: The stage that goes on from it, from 1.
  ///   - done: Rounds of that stage; before the first, it has no figures.
  /// - Returns: The checkpoint as a rule of retention sees it.
  /// - Throws: ``RegistryError``.
  package func item(_ number: Int, stage: Int, done: Int) throws -> RetentionRule.Item {
    guard done > 0 else { return RetentionRule.Item(number: number) }
    return try ledger.figures(ofStage: stage, through: done).item(number)
  }

  /// Says that a checkpoint was written, or that some were removed: the registry looks.
  package func checkpointsChanged() throws {
    let checkpoints = try CheckpointEntry.all(in: folder)
    try registry.write { database in
      try database.execute(sql: "DELETE FROM checkpoint WHERE run = ?", arguments: [run])
      for var checkpoint in checkpoints {
        checkpoint.run = run
        try checkpoint.insert(database)
      }
    }
  }

  /// Waits until nothing is being written, and lets go of the ledger.
  ///
  /// What could not be written is thrown where the run counts on it, by ``drain()``.
  package func close() { writer.settle() }
}

extension Registry {
  /// Says how far a run has come, and what its evaluations found.
  func advance(_ run: Int64, by items: [any LedgerItem]) throws {
    let evaluations = try items.compactMap { $0 as? LedgerEvaluation }.map { item in
      var entry = EvaluationEntry(
        stage: item.stage, try StableJSON.value(from: try StableJSON.data(item.report)))
      entry.run = run
      return entry
    }
    try write { database in
      for entry in evaluations { try entry.save(database) }
      for step in items.compactMap(\.progress) {
        try database.cachedStatement(
          sql: "UPDATE stage SET done = ? WHERE run = ? AND number = ?"
        ).execute(arguments: [step.done, run, step.stage])
        try database.cachedStatement(
          sql: """
            UPDATE run SET greedy = coalesce(:greedy, greedy),
              reward = CASE
                WHEN (SELECT kind FROM stage WHERE run = :run AND number = :stage) = 'reinforce'
                THEN coalesce(:reward, reward) ELSE reward END,
              rounds = (SELECT coalesce(sum(done), 0) FROM stage
                WHERE stage.run = run.id AND kind = 'reinforce')
            WHERE id = :run
            """
        ).execute(arguments: [
          "greedy": step.greedy, "reward": step.reward, "run": run, "stage": step.stage,
        ])
      }
    }
  }
}
