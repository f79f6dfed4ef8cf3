import Evaluation
import Foundation
import Testing

@testable import Commands

/// The stages as commands, on the embedded policy: files in, files out.
@Suite struct StageCommandTests {
  /// What these tests read of a row.
  struct Row: Decodable {
    struct Problem: Decodable { let id: String }
    struct Verdict: Decodable { let outcome: String }
    var problem: Problem?
    var completion: String?
    var tokens: [Int]?
    var completionTokens: [Int]?
    var logProbs: [Double]?
    var entropies: [Double]?
    var verdicts: [Verdict]?
    var reward: Double?
    var source: String?
  }

  private static let sampling =
    "rollout --policy tiny --tasks running-totals/train --group-size 3 --limit 4 --max-tokens 8"

  @Test func `the same seed gives the same file, another seed another`() async throws {
    let program = try Program()
    for (seed, file) in [(1, "a"), (1, "b"), (2, "c")] {
      let finished = try await program.run("\(Self.sampling) --seed \(seed) --output \(file)")
      try #require(finished.code == 0, "\(finished.error)")
    }
    #expect(try program.read("a") == program.read("b"))
    #expect(try program.read("a") != program.read("c"))
    let rows = try program.rows(Row.self, of: "a")
    #expect(rows.count == 12)
    #expect(Set(rows.compactMap(\.problem?.id)).count == 4)
    #expect(rows.allSatisfy { $0.tokens?.count == $0.logProbs?.count && $0.tokens != [] })
  }

  @Test func `verify judges what others wrote and keeps their keys`() async throws {
    let program = try Program()
    let problem = #""problem":{"id":"a","prompt":"1+1=","answer":"2"}"#
    try program.write(
      """
      {\(problem),"completion":"2","source":"other"}
      {\(problem),"completion":"3"}

      {"problem":{"id":"b","prompt":"1+1="},"completion":"2"}

      """, to: "rows.jsonl")
    let finished = try await program.run(
      "verify rows.jsonl --verifier arithmetic --output scored.jsonl")
    #expect(finished.code == 0, "\(finished.error)")
    #expect(finished.output.hasPrefix("1 passed, 1 wrong, 1 unscored of 3, mean reward 0.500"))
    #expect(finished.output.contains("the problem has no answer to compare with"))
    let rows = try program.rows(Row.self, of: "scored.jsonl")
    #expect(rows.map { $0.verdicts?.first?.outcome } == ["passed", "wrong", "unscored"])
    #expect(rows.map(\.reward) == [1, 0, nil])
    #expect(rows[0].source == "other")
  }

  @Test func `verify judges by the problems of a task`() async throws {
    let program = try Program()
    try program.write(#"{"id":"a","prompt":"1+1=","answer":"2"}"# + "\n", to: "hidden.jsonl")
    try program.write(
      #"{"problem":{"id":"a","prompt":"1+1="},"completion":"2"}"# + "\n", to: "rows.jsonl")
    let finished = try await program.run(
      "verify rows.jsonl --verifier arithmetic --tasks hidden.jsonl")
    #expect(finished.code == 0, "\(finished.error)")
    #expect(finished.output.hasPrefix("1 passed, 0 wrong, 0 unscored of 1"))
    try program.write(
      #"{"problem":{"id":"b","prompt":"1+1="},"completion":"2"}"# + "\n", to: "rows.jsonl")
    let other = try await program.run(
      "verify rows.jsonl --verifier arithmetic --tasks hidden.jsonl")
    #expect(other.code == 1 && other.error.contains("no problem 'b' in hidden.jsonl"))
  }

  @Test func `an update makes rewarded completions likelier, and the others less so`()
    async throws
  {
    let program = try Program()
    let problem = #""problem":{"id":"a","prompt":"1+1="}"#
    try program.write(
      """
      {\(problem),"completion":"2","reward":1}
      {\(problem),"completion":"3","reward":0}
      {"problem":{"id":"b","prompt":"1+2="},"completion":"9","reward":0}
      """, to: "scored.jsonl")
    try program.write(
      #"{"prompt":"1+1=","completion":"2"}"# + "\n" + #"{"prompt":"1+1=","completion":"3"}"#,
      to: "rows.jsonl")
    let trained = try await program.run(
      "train --policy tiny --scored scored.jsonl --output out --learning-rate 1e-3")
    #expect(trained.code == 0, "\(trained.error)")
    #expect(trained.error.contains("2 rows had no tokens: their text was tokenised"))
    #expect(trained.error.contains("1 of 2 problems were left out"))
    var scores: [[Double]] = []
    for policy in ["tiny", "out"] {
      let scored = try await program.run(
        "score --policy \(policy) --input rows.jsonl --output \(policy).jsonl")
      try #require(scored.code == 0, "\(scored.error)")
      scores.append(
        try program.rows(Row.self, of: "\(policy).jsonl").map { $0.logProbs?.first ?? .nan })
    }
    #expect(scores[1][0] > scores[0][0])
    #expect(scores[1][1] < scores[0][1])
  }

  @Test func `what was selected is a task set, and is imitated`() async throws {
    let program = try Program()
    let a = #""problem":{"id":"a","prompt":"1+1=","answer":"2"}"#
    let b = #""problem":{"id":"b","prompt":"2+2=","answer":"4"}"#
    func verdict(_ outcome: String) -> String {
      let score = outcome == "passed" ? 1 : 0
      return #""verdicts":[{"verifier":"v","outcome":"\#(outcome)","score":\#(score),"reason":""}]"#
        + #","reward":\#(score),"source":"x""#
    }
    try program.write(
      """
      {\(a),"completion":"2",\(verdict("passed"))}
      {\(a),"completion":"02",\(verdict("passed"))}
      {\(b),"completion":"5",\(verdict("wrong"))}
      {\(b),"completion":"4",\(verdict("passed"))}
      """, to: "scored.jsonl")
    let selected = try await program.run("select scored.jsonl --keep right -o chosen.jsonl")
    #expect(selected.code == 0, "\(selected.error)")
    #expect(
      selected.output == "3 of 4 rollouts, 2 of 2 problems; written to chosen.jsonl\n")
    let inspected = try await program.run("tasks inspect chosen.jsonl --json")
    #expect(inspected.output.contains(#""demonstrations" : 3"#), "\(inspected.output)")
    let trained = try await program.run(
      "train --policy tiny --demonstrations chosen.jsonl --output out --set steps=8 "
        + "--set batchSize=3 --json")
    #expect(trained.code == 0, "\(trained.error)")
    struct Summary: Decodable { let firstLoss, lastLoss: Double }
    let summary = try JSONDecoder().decode(Summary.self, from: Data(trained.output.utf8))
    #expect(summary.lastLoss < summary.firstLoss)
    let middling = try await program.run(
      "select scored.jsonl --keep middling --as rollouts -o lessons.jsonl")
    #expect(middling.code == 0, "\(middling.error)")
    let rows = try program.rows(Row.self, of: "lessons.jsonl")
    #expect(rows.map(\.problem?.id) == ["b", "b"] && rows.allSatisfy { $0.source == "x" })
    let updated = try await program.run(
      "train --policy tiny --scored lessons.jsonl --output updated")
    #expect(updated.code == 0, "\(updated.error)")
  }

  @Test func `scores of sampled tokens are the sampler's own`() async throws {
    let program = try Program()
    let sampled = try await program.run("\(Self.sampling) --temperature 0.8 --output a.jsonl")
    try #require(sampled.code == 0, "\(sampled.error)")
    let rows = try program.rows(Row.self, of: "a.jsonl")
    let prompts = try program.read("a.jsonl").split(separator: "\n").map { line in
      String(line.firstMatch(of: /"prompt":"([^"]*)"/)?.1 ?? "")
    }
    let ids = try await program.run(
      "tokenize --policy tiny --json", input: prompts.joined(separator: "\n"))
    let lines = zip(ids.output.split(separator: "\n"), rows).map { prompt, row in
      #"{"promptTokens":\#(prompt),"completionTokens":\#(row.tokens ?? []),"source":"x"}"#
    }
    try program.write(lines.joined(separator: "\n"), to: "in.jsonl")
    let scored = try await program.run(
      "score --policy tiny --input in.jsonl --output out.jsonl --temperature 0.8")
    #expect(scored.code == 0, "\(scored.error)")
    let found = try program.rows(Row.self, of: "out.jsonl")
    #expect(found.count == rows.count && found.allSatisfy { $0.source == "x" })
    for (row, score) in zip(rows, found) {
      #expect(score.entropies?.count == row.tokens?.count)
      for (old, new) in zip(row.logProbs ?? [], score.logProbs ?? []) {
        #expect(abs(old - new) < 1e-4)  // float32 sums in another order
      }
    }
  }

  @Test func `an evaluation writes what it prints`() async throws {
    let program = try Program()
    try program.write(
      """
      {"id":"a","prompt":"1+1=","answer":"2"}
      {"id":"b","prompt":"2+2=","answer":"4"}
      """, to: "tasks.jsonl")
    let finished = try await program.run(
      "evaluate --policy tiny --tasks tasks.jsonl --verifier arithmetic --samples 2 --max-tokens 4 "
        + "--output report.json --json")
    #expect(finished.code == 0, "\(finished.error)")
    #expect(try program.read("report.json") == finished.output)
    let report = try JSONDecoder().decode(
      EvaluationReport.self, from: Data(finished.output.utf8))
    #expect(report.problems == 2 && report.samples == 2)
    #expect(report.results.map(\.id) == ["a", "b"])
  }

  @Test func `tokenize goes there and back`() async throws {
    let program = try Program()
    let ids = try await program.run("tokenize --policy tiny", input: "3+8=\n\n11,16\n")
    #expect(ids.code == 0, "\(ids.error)")
    let lines = ids.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.map { $0.split(separator: " ").count } == [4, 0, 5, 0])
    let text = try await program.run("tokenize --policy tiny --decode", input: ids.output)
    #expect(text.output == "3+8=\n\n11,16\n")
  }

  @Test func `a question has one answer, and a vote its count`() async throws {
    let program = try Program()
    let greedy = ["ask", "--policy", "tiny", "1+1=", "--max-tokens", "6"]
    let first = try await program.run(greedy)
    #expect(first.code == 0, "\(first.error)")
    #expect(try await program.run(greedy).output == first.output)
    let vote = try await program.run(greedy + ["--votes", "5", "--json"])
    #expect(vote.code == 0, "\(vote.error)")
    #expect(vote.output.contains(#""samples" : 5"#))
  }
}
