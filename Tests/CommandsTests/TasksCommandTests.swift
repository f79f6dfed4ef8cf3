import Foundation
import Tasks
import Testing
import VerifierKit

@testable import Commands

/// The task tools as commands: files in, files out.
@Suite struct TasksCommandTests {
  private static let sums = (1...60).map { number in
    #"{"id":"p\#(number)","prompt":"\#(number)+\#(number * 3)=","answer":"\#(number * 4)"}"#
  }.joined(separator: "\n")

  @Test func `inspect shows a set, and all splits of a task`() async throws {
    let program = try Program()
    try program.write(Self.sums, to: "sums.jsonl")
    let one = try await program.run("tasks inspect sums.jsonl --examples 2")
    #expect(one.code == 0, "\(one.error)")
    #expect(one.output.contains("problems           60") && one.output.contains("1+3= → 4"))
    let task = try await program.run("tasks inspect running-totals --examples 0 --json")
    #expect(task.code == 0, "\(task.error)")
    let summaries = try JSONDecoder().decode([TaskSummary].self, from: Data(task.output.utf8))
    #expect(summaries.map(\.name) == ["running-totals/train", "running-totals/heldout"])
    #expect(summaries.map(\.problems) == [20_000, 500])
  }

  @Test(arguments: [("scratchpad", "exact-text"), ("countdown", "arithmetic")])
  func `puzzles are evaluated as they are`(task: String, verifier: String) async throws {
    let program = try Program()
    let finished = try await program.run(
      "evaluate --policy tiny --tasks \(task)/heldout --limit 3 --verifier \(verifier) "
        + "--samples 0 --max-tokens 6 --json")
    // Prompts in other characters than the policy's are refused by name, and not judged.
    if task == "scratchpad" {
      #expect(finished.code == 0, "\(finished.error)")
      #expect(finished.output.contains(#""unscoredShare" : 0"#))
    } else {
      #expect(finished.code == 1 && finished.error.hasPrefix("hone: "), "\(finished.error)")
    }
  }

  @Test func `split makes a task that other commands take, and writes over nothing`() async throws {
    let program = try Program()
    try program.write(Self.sums, to: "sums.jsonl")
    let command = "tasks split sums.jsonl --held-out-share 0.3 --output parts"
    let finished = try await program.run(command)
    #expect(finished.code == 0, "\(finished.error)")
    let folder = program.folder.appending(path: "parts").path
    let sides = try ["train", "heldout"].map {
      try TaskCatalog.load("\(folder)/\($0)", in: []).problems.map(\.id)
    }
    #expect(sides[0].count + sides[1].count == 60 && sides[1].count > 5)
    #expect(Set(sides[0]).isDisjoint(with: sides[1]))
    let again = try await program.run(command)
    #expect(again.code == 64 && again.error.contains("'parts' is there already"))
    #expect(try await program.run("\(command) --overwrite").code == 0)
    let whole = try await program.run(
      "tasks split sums.jsonl --held-out-share 0 --output parts --overwrite")
    #expect(whole.code == 0 && !program.exists("parts/heldout.jsonl"), "\(whole.error)")
    // All sums are one template, so that one side is empty.
    let together = try await program.run(
      "tasks split sums.jsonl --together template --output other")
    #expect(together.code == 1 && together.error.contains("None of 60 problems falls on the side"))
    #expect(!program.exists("other"))
  }

  @Test func `split keeps demonstrations of training problems alone`() async throws {
    let program = try Program()
    let finished = try await program.run(
      "tasks split running-totals/train --held-out-share 0.5 --output parts --json")
    #expect(finished.code == 0, "\(finished.error)")
    let folder = program.folder.appending(path: "parts").path
    let training = try TaskCatalog.load("\(folder)/train", in: [])
    let heldOut = try TaskCatalog.load("\(folder)/heldout", in: [])
    #expect(training.problems.count + heldOut.problems.count == 20_000)
    #expect((800...1200).contains(training.demonstrations.count))
    #expect(heldOut.demonstrations.isEmpty)
    #expect(
      finished.output.contains(
        "\"heldOutDemonstrations\" : \(2_000 - training.demonstrations.count)"))
  }

  @Test func `dedupe keeps the first of each group and tells of other answers`() async throws {
    let program = try Program()
    let text = (0..<30).map { "word\($0)" }.joined(separator: " ")
    try program.write(
      """
      {"id":"a","prompt":"\(text)","answer":"1"}
      {"id":"b","prompt":"something else","answer":"2"}
      {"id":"c","prompt":"\(text)","answer":"3"}
      {"id":"d","prompt":"\(text) more","answer":"1"}
      """, to: "rows.jsonl")
    let finished = try await program.run("tasks dedupe rows.jsonl --output clean.jsonl")
    #expect(finished.code == 0, "\(finished.error)")
    #expect(finished.output.hasPrefix("3 of 4 problems kept: 0 are repeated, 1 nearly"))
    #expect(finished.output.contains("c repeats a, similarity 1.000, another answer"))
    #expect(finished.output.contains("1 have another answer than the problem they repeat, and are"))
    let kept = try TaskCatalog.load(
      program.folder.appending(path: "clean.jsonl").path, in: [])
    #expect(kept.problems.map(\.id) == ["a", "b", "c"])
    let any = try await program.run("tasks dedupe rows.jsonl --any-answer")
    #expect(any.output.hasPrefix("2 of 4 problems kept: 1 are repeated, 1 nearly"))
    let over = try await program.run("tasks dedupe rows.jsonl --output rows.jsonl")
    #expect(over.code == 64 && over.error.contains("is also an input"))
    let json = try await program.run("tasks dedupe rows.jsonl --json")
    #expect(json.output.contains(#""answersDiffer" : 1"#))
  }

  @Test func `decontaminate says which problems share which text`() async throws {
    let program = try Program()
    let text = (0..<20).map { "word\($0)" }.joined(separator: " ")
    try program.write(
      """
      {"id":"a","prompt":"\(text) and more"}
      {"id":"b","prompt":"something else"}
      """, to: "train.jsonl")
    try program.write(#"{"id":"e","prompt":"Before \#(text) after"}"#, to: "judge.jsonl")
    let finished = try await program.run(
      "tasks decontaminate train.jsonl --against judge.jsonl --output clean.jsonl")
    #expect(finished.code == 0, "\(finished.error)")
    #expect(
      finished.output.hasPrefix("1 of 2 problems share text with 1 problems of the evaluation"))
    #expect(finished.output.contains("a has 20 words of e: word0 word1"))
    let kept = try TaskCatalog.load(
      program.folder.appending(path: "clean.jsonl").path, in: [])
    #expect(kept.problems.map(\.id) == ["b"])
    let all = try await program.run(
      "tasks decontaminate train.jsonl --against train.jsonl --size 2 --output none.jsonl")
    #expect(all.code == 1 && all.error.contains("All 2 problems share text with the evaluation"))
    #expect(!program.exists("none.jsonl"))
  }

  @Test func `calibrate measures what split then cuts by`() async throws {
    let program = try Program()
    try program.write(Self.sums, to: "sums.jsonl")
    let finished = try await program.run(
      "tasks calibrate --tasks sums.jsonl --limit 4 --policy tiny --verifier arithmetic "
        + "--samples 3 --max-tokens 4 --output rates.json --json")
    #expect(finished.code == 0, "\(finished.error)")
    #expect(finished.output.contains(#""problems" : 4"#))
    let rates = try PassRates(reading: program.folder.appending(path: "rates.json"))
    #expect(rates.rates.map(\.id) == ["p1", "p2", "p3", "p4"])
    #expect(rates.rates.allSatisfy { $0.samples == 3 && $0.unscored == 0 })
    let passing = rates.rates.count { $0.passed > 0 }
    let split = try await program.run(
      "tasks split sums.jsonl --pass-rates rates.json --keep-pass-rate 0...1 --held-out-share 0 "
        + "--output kept --json")
    #expect(split.code == 0, "\(split.error)")
    #expect(split.output.contains(#""training" : 4"#))
    #expect(split.output.contains(#""withoutRate" : 56"#))
    let none = try await program.run(
      "tasks split sums.jsonl --pass-rates rates.json --keep-pass-rate 0.01...1 "
        + "--held-out-share 0 --output none --json")
    #expect(passing > 0 ? none.code == 0 : none.code == 1, "\(none.error)")
    let alone = try await program.run(
      "tasks split sums.jsonl --keep-pass-rate 0.1...0.9 --output alone")
    #expect(alone.code == 64 && alone.error.contains("need each other"))
  }
}
