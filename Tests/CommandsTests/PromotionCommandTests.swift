import Foundation
import Testing

/// Runs that stand before the gate, and leave as folders, by the real program.
@Suite(.serialized) struct PromotionCommandTests {
  private static let pipeline = """
    name: sums
    seed: 5
    policy: { preset: tiny }
    tasks: { train: sums.jsonl, evaluation: sums.jsonl }
    reward: [{ verifier: arithmetic }]
    stages:
      - warmUp: { steps: 10, batchSize: 16 }
      - evaluate: { name: after, samples: 0, maxCompletionTokens: 6 }

    """

  /// Forty sums with their answers, which are learnt by heart.
  private static let task = (0..<40).map { index in
    let (left, right) = (index % 10, index / 10)
    return #"{"id":"\#(index)","prompt":"\#(left)+\#(right)=","answer":"\#(left + right)","#
      + #""completion":"\#(left + right)"}"#
  }.joined(separator: "\n")

  /// A program with a weak run, `sums-1`, and a strong one, `sums-2`.
  private static func trained() async throws -> Program {
    let program = try Program()
    try program.write(task, to: "sums.jsonl")
    try program.write(pipeline, to: "sums.yaml")
    for steps in [10, 120] {
      let finished = try await program.run("run sums.yaml --set warmUp.steps=\(steps)")
      try #require(finished.code == 0, "\(finished.error)")
    }
    return program
  }

  @Test func `the better run takes the name, the worse one does not, and it is undone`()
    async throws
  {
    let program = try await Self.trained()
    let gate = "--second exact-text --second-setting extract=whole --length-tolerance 1"
    func promote(_ words: String) async throws -> Program.Finished {
      let hook = ["--hook", #"sh -c 'cat >> told; [ ! -e broken ]'"#]
      return try await program.run(
        "promote \(words)".split(separator: " ").map(String.init) + hook)
    }
    let first = try await promote("sums-2 --to champion \(gate)")
    #expect(first.code == 0, "\(first.output) \(first.error)")
    #expect(first.output.contains("sums-2 is 'champion' now, number 1."))
    let worse = try await promote("sums-1 --to champion \(gate)")
    #expect(worse.code == 1, "\(worse.output)")
    #expect(worse.output.contains("NO  gain") && worse.output.contains("NO  second"))
    #expect(worse.output.contains("Not promoted; 'champion' stays as it is."))
    let same = try await program.run("promote sums-2 --to champion \(gate)")
    #expect(same.code == 1 && same.output.contains("NO  different"), "\(same.output)")
    let asked = try await program.run("ask --policy champion 3+4= --max-tokens 6")
    #expect(asked.code == 0, "\(asked.error)")
    let history = try await program.run("policies history champion --json")
    #expect(history.output.contains(#""action" : "refuse""#), "\(history.output)")
    let shown = try await program.run("policies show cham")
    #expect(shown.code == 0 && shown.output.contains("sums-2"), "\(shown.error)")
    // The next run begins from the champion.
    try program.write(
      Self.pipeline.replacingOccurrences(of: "preset: tiny", with: "named: champion"),
      to: "next.yaml")
    let next = try await program.run("run next.yaml --set warmUp.steps=1")
    #expect(next.code == 0, "\(next.error)")
    try program.write("", to: "broken")
    let undone = try await promote("--undo champion")
    #expect(undone.code == 0 && undone.output == "'champion' stands for no policy now.\n")
    #expect(undone.error.contains("The hook: it failed with exit code 1."), "\(undone.error)")
    let policy = program.folder.resolvingSymlinksInPath().path
    #expect(
      try program.read("told") == """
        {"event":"promotion","promotion":{"action":"promote","name":"champion","number":1,\
        "policy":"\(policy)/runs/policies/champion/1"},"run":"\(policy)/runs/sums-2"}
        {"event":"promotion","promotion":{"action":"undo","name":"champion","previous":1},\
        "run":"\(policy)/runs/sums-2"}

        """, "the one that was refused told nothing")
    let gone = try await program.run("run next.yaml")
    #expect(
      gone.code == 64 && gone.error.contains("No policy is named 'champion'"), "\(gone.error)")
  }

  @Test func `a run is exported with a card, and loads`() async throws {
    let program = try await Self.trained()
    let exported = try await program.run("export sums-2 -o out --json")
    #expect(exported.code == 0, "\(exported.error)")
    let card = try program.read("out/README.md")
    #expect(card.contains("# sums-2") && card.contains("| verifiers | arithmetic |"))
    #expect(card.contains("| after | 40 |"))
    let stage = try await program.run("export sums-2 -o stage --stage warmUp")
    #expect(stage.code == 0, "\(stage.error)")
    for folder in ["out", "stage"] {
      let asked = try await program.run("ask --policy \(folder) 3+4= --max-tokens 6")
      #expect(asked.code == 0, "\(asked.error)")
    }
    #expect(try program.read("stage/config.json") == program.read("out/config.json"))
    let none = try await program.run("export sums-2 -o none --stage evaluate")
    #expect(none.code == 64 && none.error.contains("there are warmUp"), "\(none.error)")
    let again = try await program.run("export sums-2 -o out")
    #expect(again.code == 64 && again.error.contains("is there already"))
  }
}
