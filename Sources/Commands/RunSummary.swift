import Foundation
import Registry
import Runs

/// All that `hone runs show` tells of a run.
struct RunSummary: Encodable {
  let run: RunEntry
  let state: RunListing.State
  let folder: String
  let stages: [Stage]
  let evaluations: [EvaluationEntry]
  let checkpoints: [CheckpointEntry]
  /// Why the rounds are not known, where they are not.
  let ledger: String?

  /// A stage with its rounds, where it has some.
  struct Stage: Encodable {
    let stage: StageEntry
    let rounds: [RoundFigures]
  }

  init(_ found: RunReference) throws {
    guard let id = found.run.id else { preconditionFailure("a run that was found has no number") }
    (run, folder) = (found.run, found.folder.relativePath)
    state = try found.registry.state(of: run)
    evaluations = try found.registry.evaluations(of: id)
    checkpoints = try found.registry.checkpoints(of: id)
    let entries = try found.registry.stages(of: id)
    do {
      let ledger = try Ledger.reading(found.folder)
      stages = try entries.map { entry in
        Stage(
          stage: entry,
          rounds: ["reinforce", "rollout"].contains(entry.kind)
            ? try ledger.rounds(ofStage: entry.number) : [])
      }
      self.ledger = nil
    } catch let error as RegistryError {
      // A run without a ledger that can be read has stages and checkpoints all the same.
      stages = entries.map { Stage(stage: $0, rounds: []) }
      ledger = error.description
    }
  }

  var text: String {
    var rows = [
      ("run", run.name), ("status", state.rawValue), ("pipeline", run.pipeline),
      ("started", RunText.time(run.created) + " UTC, by hone \(run.honeVersion)"),
      ("folder", folder), ("sandbox", run.sandboxLevel ?? "not recorded"),
    ].map { (name: $0.0, value: TextTable.line($0.1)) }
    if let reason = run.reason { rows.append(("reason", TextTable.line(reason, limit: 1000))) }
    rows += stages.map { ("stage \($0.stage.number)", text(of: $0)) }
    rows += evaluations.map { ("evaluation", RunText.evaluation($0)) }
    rows += checkpoints.map { checkpoint in
      ("checkpoint", "\(checkpoint.name), \(text(of: checkpoint))")
    }
    if let ledger { rows.append(("ledger", TextTable.line(ledger, limit: 1000))) }
    return TextTable.lines(rows)
  }

  private func text(of stage: Stage) -> String {
    let (done, planned) = (stage.stage.done, stage.stage.planned)
    var text = "\(stage.stage.name), " + (planned == 0 ? "\(done) so far" : "\(done) of \(planned)")
    for (name, values) in [
      ("reward", stage.rounds.compactMap(\.reward)), ("greedy", stage.rounds.compactMap(\.greedy)),
    ] {
      guard let last = values.last else { continue }
      text += "  \(name) \(Sparkline.text(values, width: 24)) \(TextTable.decimal(last))"
    }
    return text
  }

  private func text(of checkpoint: CheckpointEntry) -> String {
    var text = TextTable.bytes(checkpoint.bytes)
    if let stage = checkpoint.stage, let done = checkpoint.done {
      let name = stages.first { $0.stage.number == stage }?.stage.name ?? "stage \(stage)"
      text += ", " + (done == 0 ? "before \(name)" : "after \(done) of \(name)")
    }
    if let digest = checkpoint.digest { text += ", \(TextTable.line(digest, limit: 13))" }
    return text
  }
}
