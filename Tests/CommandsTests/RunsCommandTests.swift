import Foundation
import Testing

/// `hone runs` on a run that the program itself made.
@Suite struct RunsCommandTests {
  private static let pipeline = """
    name: quick
    seed: 3
    policy: { preset: tiny }
    tasks: { train: running-totals/train, evaluation: running-totals/heldout }
    reward: [{ verifier: arithmetic }]
    stages:
      - reinforce:
          rounds: 2
          monitorEvery: 0
          rollout: { problemsPerRound: 2, groupSize: 2, maxCompletionTokens: 4 }

    """

  /// A program with one finished run, `quick-1`.
  private func programWithRun() async throws -> Program {
    let program = try Program()
    try program.write(Self.pipeline, to: "quick.yaml")
    let finished = try await program.run("run quick.yaml")
    try #require(finished.code == 0, "\(finished.error)")
    return program
  }

  private struct Listing: Decodable {
    struct Run: Decodable {
      let name: String
      let rounds: Int
    }
    let run: Run
    let state: String
  }

  private struct Line: Decodable {
    let round: Int
    let outcome: String
    let tokens: [Int]
    let logProbs: [Double]
  }

  private func decoded<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(text.utf8))
  }

  @Test func `a run is listed, narrowed by status and pipeline`() async throws {
    let program = try await programWithRun()
    let table = try await program.run("runs list")
    #expect(table.code == 0 && table.output.contains("quick-1  finished  quick"), "\(table)")
    let all = try decoded([Listing].self, try await program.run("runs list --json").output)
    #expect(all.map(\.run.name) == ["quick-1"] && all.map(\.run.rounds) == [2])
    #expect(all.map(\.state) == ["finished"])
    for narrowed in ["--status killed", "--pipeline slow"] {
      let none = try await program.run("runs list --json \(narrowed)").output
      #expect(try decoded([Listing].self, none).isEmpty, "\(narrowed)")
    }
    let strange = try await program.run("runs list --status asleep")
    #expect(strange.code == 64 && strange.error.contains("'asleep' is invalid"))
  }

  @Test func `a run is shown with its rounds and rollouts`() async throws {
    let program = try await programWithRun()
    let summary = try await program.run("runs show quick-1").output
    #expect(summary.contains("reinforce, 2 of 2  reward"), "\(summary)")
    #expect(summary.contains("checkpoint  final"), "\(summary)")
    let round = try await program.run("runs show quick-1 --round 2").output
    #expect(round.contains("samplerGap") && round.contains("meanLength"), "\(round)")
    let lines = try await program.run("runs show runs/quick-1 --rollouts --json").output
    let rollouts = try lines.split(separator: "\n").map { try decoded(Line.self, String($0)) }
    #expect(rollouts.map(\.round) == [2, 2, 2, 2, 1, 1, 1, 1])
    #expect(rollouts.allSatisfy { !$0.tokens.isEmpty && $0.tokens.count == $0.logProbs.count })
    let wrong = try await program.run("runs show quick-1 --wrong --round 1 --json").output
    #expect(
      wrong.split(separator: "\n").count
        == rollouts.count { $0.round == 1 && $0.outcome == "wrong" })
  }

  @Test func `what is not there is named with what is`() async throws {
    let program = try await programWithRun()
    let misspelt = try await program.run("runs show qiuck-1")
    #expect(misspelt.code == 64 && misspelt.error.contains("Did you mean 'quick-1'?"))
    let round = try await program.run("runs show quick-1 --round 7")
    #expect(round.code == 64 && round.error.contains("has no round 7: it has 2"))
    try FileManager.default.createDirectory(
      at: program.folder.appending(path: "bare"), withIntermediateDirectories: false)
    let bare = try await program.run("runs list --runs bare")
    #expect(bare.code == 0 && bare.output.contains("There are no runs in 'bare'"), "\(bare)")
    #expect(
      try FileManager.default.contentsOfDirectory(
        atPath: program.folder.appending(path: "bare").path) == [], "a look leaves nothing behind")
    let empty = try await program.run("runs watch anything --runs nowhere")
    #expect(empty.code == 64 && empty.error.contains("There are no runs in 'nowhere'"))
  }

  @Test func `gc shows, asks, and deletes only what was agreed to`() async throws {
    let program = try await programWithRun()
    for command in ["runs gc runs --keep-last 0 --dry-run", "runs gc runs --keep-last 0"] {
      let shown = try await program.run(command)
      #expect(shown.output.contains("quick-1  the whole run"), "\(shown)")
      #expect(program.exists("runs/quick-1/run.json"), "\(command)")
    }
    let unsaid = try await program.run("runs gc runs --yes")
    #expect(unsaid.code == 64 && unsaid.error.contains("Say what to keep"))
    let rollouts = try await program.run("runs gc rollouts --keep-last 1 --yes")
    #expect(rollouts.code == 0 && rollouts.output.contains("4 rollouts of 1 rounds"))
    let left = try await program.run("runs show quick-1 --rollouts --json").output
    #expect(left.split(separator: "\n").count == 4)
    let gone = try await program.run("runs gc runs --keep-last 0 --yes --json")
    #expect(gone.code == 0 && gone.output.contains(#""run" : "quick-1""#), "\(gone)")
    #expect(!program.exists("runs/quick-1"))
    #expect(try await program.run("runs list --json").output.contains("[\n\n]"))
  }
}
