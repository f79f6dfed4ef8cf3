import Evaluation
import Foundation
import Rollouts
import Testing

/// Samples, what is kept of them, and what is learnt from that, by the real program.
@Suite(.serialized) struct RejectionTests {
  /// Rejection-sampling fine-tuning: the demonstrations teach ten sums, the policy's own right
  /// samples the others.
  private static let pipeline = """
    name: mini
    seed: 5
    policy: { preset: tiny }
    tasks: { train: sums/train, evaluation: sums/train }
    reward: [{ verifier: arithmetic }]
    stages:
      - warmUp: { steps: 24, batchSize: 16 }
      - evaluate: { name: before, samples: 0, maxCompletionTokens: 6 }
      - rollout: { samples: 16, maxCompletionTokens: 6, problemsAtOnce: 8, checkpointEvery: 1 }
      - select: { from: rollout, keep: right, perProblem: 2 }
      - warmUp: { from: select, steps: 30, batchSize: 16 }
      - evaluate: { name: after, samples: 0, maxCompletionTokens: 6 }

    """

  private static let unbroken = Task { try await MiniRun.unbroken(pipeline: pipeline) }

  @Test func `imitating its own right samples raises a policy's greedy accuracy`() async throws {
    let run = try await Self.unbroken.value
    let before = try #require(try run.records(EvaluationReport.self, of: "02-evaluate").first)
    let after = try #require(try run.records(EvaluationReport.self, of: "06-evaluate2").first)
    let counts = try #require(
      try run.records(RolloutSelection.Counts.self, of: "04-select").first)
    #expect(counts.rollouts == 24 * 16 && counts.keptProblems > 0)
    #expect(after.greedy > before.greedy + 0.1, "\(before.greedy) → \(after.greedy)")
  }

  @Test func `the rollouts of a run are rows that the commands read`() async throws {
    let run = try await Self.unbroken.value
    let rows = try RolloutFile.read(run.file("stages/03-rollout-rollouts.jsonl").path)
    #expect(rows.count == 24 * 16)
    #expect(rows.allSatisfy { $0.verdicts?.count == 1 && $0.tokens?.count == $0.logProbs?.count })
    let again = try RolloutSelection(
      rows,
      {
        var settings = SelectionSettings()
        settings.perProblem = 2
        return settings
      }())
    let lines = try String(
      contentsOf: run.file("stages/04-select-selected.jsonl"), encoding: .utf8)
    #expect(lines.split(separator: "\n").count == again.counts.keptRollouts)
  }

  @Test func `a rollout stage that is stopped goes on to the same bytes`() async throws {
    let (run, _) = try await MiniRun.stopped(pipeline: Self.pipeline) { run in
      (try? Data(contentsOf: run.file("stages/03-rollout.jsonl")).isEmpty) == false
    }
    let second = try run.resume()
    #expect(await second.exitCode == 0, "\(second.errorText)")
    let expected = try await Self.unbroken.value.outcome()
    let found = try run.outcome()
    #expect(found.keys.sorted() == expected.keys.sorted())
    for (name, bytes) in expected { #expect(found[name] == bytes, "\(name)") }
  }

  @Test func `problems of middling difficulty feed reinforcement`() async throws {
    let run = try await MiniRun.unbroken(
      pipeline: """
        name: mini
        seed: 5
        tasks: { train: sums/train, evaluation: sums/heldout }
        stages:
          - warmUp: { steps: 9, batchSize: 8 }
          - rollout: { samples: 16, maxCompletionTokens: 6 }
          - select: { keep: middling, minPassRate: 0.01, maxPassRate: 0.9 }
          - reinforce:
              from: select
              rounds: 2
              rollout: { problemsPerRound: 4, groupSize: 4, maxCompletionTokens: 6 }
              monitorEvery: 0
              recordedProblems: 4

        """)
    struct Line: Decodable { let id: String }
    struct Row: Decodable { let problem: Line }
    let chosen = Set(try run.records(Line.self, of: "03-select-selected").map(\.id))
    let asked = Set(try run.records(Row.self, of: "04-reinforce-rollouts").map(\.problem.id))
    #expect(!asked.isEmpty && asked.isSubset(of: chosen), "\(asked) of \(chosen)")
    #expect(chosen.count < 24)
  }

  @Test func `what was learnt takes a name and leaves, and the same again does not`() async throws {
    let run = try await MiniRun.unbroken(
      pipeline: Self.pipeline + """
          - promote:
              second: exact-text
              secondSettings: { extract: whole }
              maxCompletionTokens: 6
              gate: { minimumProblems: 10 }
          - export: {}

        """)
    struct Record: Decodable {
      struct Decision: Decodable { let rules: [Rule] }
      struct Rule: Decodable { let name: String, holds: Bool }
      let action: String
      let number: Int?
      let decision: Decision
    }
    let first = try #require(try run.records(Record.self, of: "07-promote").first)
    #expect(first.action == "promote" && first.number == 1)
    let policies = run.folder.appending(path: "runs/policies/champion")
    #expect(
      try Data(contentsOf: policies.appending(path: "1/model.safetensors"))
        == Data(contentsOf: run.file("checkpoints/final/model.safetensors")))
    #expect(run.exists("export/README.md") && run.exists("export/model.safetensors"))
    #expect(!run.exists("checkpoints/candidate-07-promote"))
    let again = try HoneProcess(["run", "mini.yaml", "--runs", "runs"], in: run.folder)
    #expect(await again.exitCode == 0, "\(again.errorText)")
    #expect(try run.reused(ofRun: 2).count == 6, "all but promote and export")
    #expect(again.errorText.contains("NO  different"), "\(again.errorText)")
    #expect(!FileManager.default.fileExists(atPath: policies.appending(path: "2").path))
  }

  @Test func `a selection that keeps nothing stops the run with the reasons`() async throws {
    let run = try MiniRun(
      pipeline: """
        name: mini
        tasks: { train: sums/train, evaluation: sums/heldout }
        stages:
          - rollout: { samples: 1, limit: 3, maxCompletionTokens: 1 }
          - select: {}
          - warmUp: { from: select }

        """)
    let process = try run.start()
    #expect(await process.exitCode == 1)
    #expect(
      process.errorText.contains("Stage 'select' kept nothing to learn from"),
      "\(process.errorText)")
    #expect(process.errorText.contains("(3)"))
  }
}
