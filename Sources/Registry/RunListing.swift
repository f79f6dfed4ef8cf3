import Foundation
import GRDB
import Runs

/// A run as it is listed, with what can be known only now: whether it is at work.
package struct RunListing: Codable, Equatable, Sendable {
  package let run: RunEntry
  package let state: State
  package let evaluations: [EvaluationEntry]

  /// How a run is doing.
  package enum State: String, Codable, CaseIterable, Sendable {
    /// A process is at work in its folder.
    case running
    /// It says that it is running, but no process holds its lock.
    case killed
    case interrupted
    case failed
    case finished

    init(_ status: RunStatus, isInUse: Bool) {
      self =
        switch status {
        case .running: isInUse ? .running : .killed
        case .interrupted: isInUse ? .running : .interrupted
        case .failed: isInUse ? .running : .failed
        case .finished: .finished
        }
    }
  }
}

extension Registry {
  /// The runs whose folders are there, the newest first.
  ///
  /// - Parameters:
  ///   - states: Those that are wanted; all where it is nil.
  ///   - pipeline: Runs of this pipeline alone, where it is not nil.
  ///   - limit: The most that are returned.
  /// - Returns: Runs with their evaluations.
  /// - Throws: ``RegistryError``, or ``RunError`` where a lock cannot be looked at.
  package func list(
    states: Set<RunListing.State>? = nil, pipeline: String? = nil, limit: Int = .max
  ) throws -> [RunListing] {
    let entries = try read { database in
      let runs = try RunEntry.fetchAll(
        database,
        sql: """
          SELECT * FROM run WHERE isPresent AND (:pipeline IS NULL OR pipeline = :pipeline)
          ORDER BY created DESC, id DESC
          """, arguments: ["pipeline": pipeline])
      let evaluations = try EvaluationEntry.fetchAll(
        database, sql: "SELECT * FROM evaluation ORDER BY run, stage")
      return (runs, Dictionary(grouping: evaluations, by: \.run))
    }
    var listings: [RunListing] = []
    for run in entries.0 where listings.count < limit {
      let state = try state(of: run)
      guard states?.contains(state) ?? true else { continue }
      listings.append(
        RunListing(
          run: run, state: state, evaluations: run.id.flatMap { entries.1[$0] } ?? []))
    }
    return listings
  }

  /// How a run is doing.
  package func state(of run: RunEntry) throws -> RunListing.State {
    let folder = runs.appending(path: run.name)
    // A run that is finished holds its lock only while its last files are written.
    return .init(
      run.status, isInUse: run.status == .finished ? false : try RunFolder.isInUse(folder))
  }

  /// The run whose folder has a name.
  package func run(named name: String) throws -> RunEntry? {
    try read {
      try RunEntry.fetchOne(
        $0, sql: "SELECT * FROM run WHERE name = ? AND isPresent", arguments: [name])
    }
  }

  /// The stages of a run, in their order.
  package func stages(of run: Int64) throws -> [StageEntry] {
    try read {
      try StageEntry.fetchAll(
        $0, sql: "SELECT * FROM stage WHERE run = ? ORDER BY number", arguments: [run])
    }
  }

  /// The checkpoints of a run, by name.
  package func checkpoints(of run: Int64) throws -> [CheckpointEntry] {
    try read {
      try CheckpointEntry.fetchAll(
        $0, sql: "SELECT * FROM checkpoint WHERE run = ? ORDER BY name", arguments: [run])
    }
  }

  /// The evaluations of a run, in the order of their stages.
  package func evaluations(of run: Int64) throws -> [EvaluationEntry] {
    try read {
      try EvaluationEntry.fetchAll(
        $0, sql: "SELECT * FROM evaluation WHERE run = ? ORDER BY stage", arguments: [run])
    }
  }
}
