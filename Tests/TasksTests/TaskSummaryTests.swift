import Foundation
import TestSupport
import Testing
import VerifierKit

@testable import Tasks

@Suite struct TaskSummaryTests {
  @Test func `a summary counts what is there`() throws {
    let set = try TaskSet(
      name: "mixed",
      problems: [
        Problem(
          id: "a", prompt: "Anna has 3 pens?", answer: "3", metadata: ["family": .string("f")]),
        Problem(id: "b", prompt: "Ben has 17 pens?", answer: "3", metadata: ["level": .number(1)]),
        Problem(id: "c", prompt: "Which one?", answer: "red"),
        Problem(id: "d", prompt: "Which one?"),
      ])
    let summary = try TaskSummary(set, examples: 2)
    #expect(summary.problems == 4 && summary.demonstrations == 0)
    #expect(summary.families == ["f": 1] && summary.metadata == ["family": 1, "level": 1])
    #expect(summary.templates == 2 && summary.repeatedPrompts == 1)
    #expect(summary.promptWords == TaskSummary.Lengths([4, 4, 2, 2]))
    #expect(summary.promptCharacters.least == 10 && summary.promptCharacters.most == 16)
    let answers = summary.answers
    #expect(answers.absent == 1 && answers.numbers == 2 && answers.distinct == 2)
    #expect(answers.mostFrequent == "3" && answers.mostFrequentShare == 0.5)
    #expect(summary.examples.map(\.id) == ["a", "d"])
    #expect(try summary.digest == set.digest)
  }

  @Test func `lengths are order statistics`() {
    let lengths = TaskSummary.Lengths(Array(1...100).reversed())
    // Of 1...100, the value at place 49.5, rounded up, and at 94.05, rounded up.
    #expect((lengths.least, lengths.median, lengths.percentile95, lengths.most) == (1, 51, 96, 100))
    #expect(TaskSummary.Lengths([]) == TaskSummary.Lengths([0]))
  }

  @Test func `problems and demonstrations are written as they are read`() throws {
    let folder = try TemporaryFolder()
    let problems = [
      Problem(
        id: "a\"\n", prompt: "é\u{2028}\\", answer: "",
        metadata: ["x": .array([.null, .bool(true), .number(1.5)])]),
      Problem(id: "b", prompt: "?"),
    ]
    let file = try folder.write(
      String(decoding: ProblemLines.data(problems), as: UTF8.self), to: "p.jsonl")
    #expect(try TaskCatalog.load(file.path, in: []).problems == problems)
    let demonstration = Demonstration(problem: problems[0], completion: "x\ny")
    let worked = try folder.write(
      String(decoding: ProblemLines.data([demonstration]), as: UTF8.self), to: "d.jsonl")
    #expect(try ProblemFile(worked).demonstrations() == [demonstration])
  }
}
