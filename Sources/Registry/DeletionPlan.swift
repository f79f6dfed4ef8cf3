package import Foundation
import Runs

/// What a rule of retention would delete, and the deletion itself.
///
/// Left alone, whatever the rule says: a run that a process is at work on, that a job will go on with
/// or that another table refers to, what a run ships (`checkpoints/final`), the policies after its
/// stages (`checkpoints/after-01-warmUp`), which other runs may take from there, and what a run that
/// is not finished needs to go on (its newest checkpoint, and references).
package struct DeletionPlan: Sendable {
  /// What is thinned out.
  package enum Kind: String, CaseIterable, Sendable {
    /// Numbered checkpoints of each run.
    case checkpoints
    /// Rollouts of each run's rounds; the rounds' own numbers stay.
    case rollouts
    /// Whole runs of each pipeline.
    case runs
  }

  /// Something that would be deleted.
  package struct Deletion: Encodable, Equatable, Sendable {
    package let run: String
    package let what: String
    /// Of a ledger's rollouts, a share of the file by their number.
    package let bytes: Int
    fileprivate let target: Target

    private enum CodingKeys: String, CodingKey {
      case run, what, bytes
    }
  }

  fileprivate enum Target: Equatable, Sendable {
    case run
    case checkpoint(String)
    case rollouts([RoundPlace])
  }

  /// A round of a stage.
  struct RoundPlace: Hashable, Sendable {
    let stage: Int
    let round: Int
  }

  /// A run that the rule would touch, and why it is left alone.
  package struct Spared: Encodable, Equatable, Sendable {
    package let run: String
    package let reason: String
  }

  package private(set) var deletions: [Deletion] = []
  package private(set) var spared: [Spared] = []
  private let registry: Registry

  package var bytes: Int { deletions.reduce(0) { $0 + $1.bytes } }

  /// Finds what a rule would delete.
  ///
  /// - Parameters:
  ///   - kind: What is thinned out.
  ///   - rule: What is kept of it.
  ///   - registry: The runs, as their folders say.
  ///   - oldest: Runs that began after this are left alone, where it is not nil.
  ///   - names: Only these runs; all where it is nil.
  /// - Throws: ``RegistryError``, or the system's error where a folder cannot be read.
  package init(
    _ kind: Kind, keeping rule: RetentionRule, in registry: Registry, olderThan oldest: Date? = nil,
    runs names: Set<String>? = nil
  ) throws {
    self.registry = registry
    let limit = oldest?.ISO8601Format()
    var candidates: [RunEntry] = []
    for listing in try registry.list() {
      let run = listing.run
      guard names?.contains(run.name) ?? true, limit.map({ run.created < $0 }) ?? true else {
        continue
      }
      if listing.state == .running {
        spared.append(Spared(run: run.name, reason: "a process is at work on it"))
      } else if let table = try registry.referringTables(to: run).first {
        spared.append(Spared(run: run.name, reason: "'\(table)' refers to it"))
      } else if let job = try registry.unfinishedJob(ofRun: run.name) {
        spared.append(Spared(run: run.name, reason: "job \(job) goes on with it"))
      } else {
        candidates.append(run)
      }
    }
    switch kind {
    case .runs:
      for runs in Dictionary(grouping: candidates, by: \.pipeline).values {
        try add(runs: runs, rule)
      }
      deletions.sort { $0.run < $1.run }
      spared.sort { $0.run < $1.run }
    case .checkpoints: for run in candidates { try add(checkpointsOf: run, rule) }
    case .rollouts: for run in candidates { try add(rolloutsOf: run, rule) }
    }
  }

  // MARK: - What would go

  /// Runs of one pipeline, by the numbers in their names: a number never changes, whatever was deleted
  /// before, and grows, whatever the clock says.
  private mutating func add(runs: [RunEntry], _ rule: RetentionRule) throws {
    let numbered = runs.compactMap { run in
      RunName.number(of: run.name, pipeline: run.pipeline).map { (number: $0, run: run) }
    }
    let kept = rule.kept(
      of: numbered.map { number, run in
        RetentionRule.Item(number: number, reward: run.reward, greedy: run.greedy)
      })
    for run in runs where RunName.number(of: run.name, pipeline: run.pipeline) == nil {
      spared.append(Spared(run: run.name, reason: "its name has no number"))
    }
    for (number, run) in numbered where !kept.contains(number) {
      deletions.append(
        Deletion(
          run: run.name, what: "the whole run",
          bytes: try FolderSize.bytes(of: folder(of: run)), target: .run))
    }
  }

  private mutating func add(checkpointsOf run: RunEntry, _ rule: RetentionRule) throws {
    guard let id = run.id else { return }
    let checkpoints = try registry.checkpoints(of: id)
    let numbered = checkpoints.compactMap { checkpoint in
      Int(checkpoint.name).map { (number: $0, checkpoint) }
    }
    let items = try numbered.map { number, checkpoint in
      try item(number, checkpoint, of: run)
    }
    var kept = rule.kept(of: items)
    let isFinished = run.status == .finished
    if !isFinished, let newest = numbered.map(\.number).max() { kept.insert(newest) }
    let goes = checkpoints.filter { checkpoint in
      if checkpoint.name == "final" || checkpoint.name.hasPrefix("after-") { return false }
      if checkpoint.name.hasSuffix(".damaged") { return true }
      return Int(checkpoint.name).map { !kept.contains($0) } ?? isFinished
    }
    deletions += goes.map { checkpoint in
      Deletion(
        run: run.name, what: "checkpoint \(checkpoint.name)", bytes: checkpoint.bytes,
        target: .checkpoint(checkpoint.name))
    }
  }

  /// A checkpoint with the figures of the round that it was written after.
  private func item(
    _ number: Int, _ checkpoint: CheckpointEntry, of run: RunEntry
  ) throws -> RetentionRule.Item {
    guard let stage = checkpoint.stage, let done = checkpoint.done, done > 0,
      Self.hasLedger(folder(of: run))
    else { return RetentionRule.Item(number: number) }
    return try Ledger.reading(folder(of: run)).figures(ofStage: stage, through: done)
      .item(number)
  }

  private mutating func add(rolloutsOf run: RunEntry, _ rule: RetentionRule) throws {
    let folder = folder(of: run)
    guard let id = run.id, Self.hasLedger(folder) else { return }
    let ledger = try Ledger.reading(folder)
    let counts = try ledger.rolloutCounts()
    let total = counts.values.reduce(0, +)
    var places: [RoundPlace] = []
    for stage in try registry.stages(of: id) {
      let rounds = try ledger.rounds(ofStage: stage.number)
      let kept = rule.kept(
        of: rounds.map {
          RetentionRule.Item(number: $0.round, reward: $0.reward, greedy: $0.greedy)
        })
      places += rounds.filter { !kept.contains($0.round) }
        .map { RoundPlace(stage: stage.number, round: $0.round) }
        .filter { counts[$0] != nil }
    }
    guard !places.isEmpty else { return }
    let count = places.reduce(0) { $0 + (counts[$1] ?? 0) }
    let bytes =
      try FileManager.default.attributesOfItem(
        atPath: folder.appending(path: Ledger.fileName).path)[.size] as? Int ?? 0
    deletions.append(
      Deletion(
        run: run.name,
        what: "\(TextTable.grouped(count)) rollouts of \(TextTable.grouped(places.count)) rounds",
        bytes: Int(Double(bytes) * Double(count) / Double(max(total, 1))),
        target: .rollouts(places)))
  }

  private func folder(of run: RunEntry) -> URL { registry.runs.appending(path: run.name) }

  private static func hasLedger(_ folder: URL) -> Bool {
    FileManager.default.fileExists(atPath: folder.appending(path: Ledger.fileName).path)
  }
}

extension DeletionPlan {
  // MARK: - Deleting

  /// Deletes one thing, holding the run's lock meanwhile.
  ///
  /// A run is renamed first, so that one that is half deleted is no run any more.
  ///
  /// - Throws: ``RunError/inUse(folder:processID:)`` where a process has begun to work on the run;
  ///   ``RegistryError``, or the system's error.
  package func delete(_ deletion: Deletion) throws {
    let url = registry.runs.appending(path: deletion.run)
    let folder = try RunFolder.open(url)
    defer { withExtendedLifetime(folder) {} }
    switch deletion.target {
    case .run:
      let aside = registry.runs.appending(path: ".deleted-\(deletion.run)")
      if FileManager.default.fileExists(atPath: aside.path) {
        try FileManager.default.removeItem(at: aside)
      }
      try FileManager.default.moveItem(at: url, to: aside)
      if let run = try registry.run(named: deletion.run) { try registry.remove(run) }
      try FileManager.default.removeItem(at: aside)
    case .checkpoint(let name):
      try FileManager.default.removeItem(at: url.appending(path: "checkpoints/\(name)"))
      try registry.refresh(url)
    case .rollouts(let places):
      try Ledger.open(in: url).deleteRollouts(of: places)
    }
  }
}
