import Foundation
import Registry
import Runs

/// Shows how a run of another process comes on, from what it records.
struct RunFollower {
  /// Between two looks.
  private static let pause = Duration.milliseconds(250)

  private let found: RunReference
  private let display: ProgressDisplay

  init(_ found: RunReference, display: ProgressDisplay) {
    (self.found, self.display) = (found, display)
  }

  /// Returns once no process is at work on the run, with its row as it is then.
  func follow() async throws -> RunEntry {
    guard let id = found.run.id else { preconditionFailure("a run that was found has no number") }
    var shown: [Int: Int] = [:]
    var current: Int?
    while true {
      // Looked at first: what was recorded before the lock went is seen below.
      let isAtWork = try RunFolder.isInUse(found.folder)
      for stage in try found.registry.stages(of: id) where stage.done > 0 {
        let done = shown[stage.number] ?? 0
        guard stage.done > done else { continue }
        if current != stage.number {
          if current != nil { display.finish() }
          display.begin(stage.name, total: stage.planned, done: done)
          current = stage.number
        }
        try show(stage, after: done)
        shown[stage.number] = stage.done
      }
      guard isAtWork else { break }
      try await Task.sleep(for: Self.pause)
    }
    display.finish()
    return try found.registry.refresh(found.folder)
  }

  private func show(_ stage: StageEntry, after done: Int) throws {
    guard stage.kind == "reinforce" else {
      return display.update(ProgressUpdate(done: stage.done))
    }
    for round in try Ledger.reading(found.folder).rounds(ofStage: stage.number, after: done) {
      var fields: [(name: String, value: String)] = []
      if let greedy = round.greedy { fields.append(("greedy", TextTable.decimal(greedy))) }
      display.update(ProgressUpdate(done: round.round, reward: round.reward, fields: fields))
    }
  }
}
