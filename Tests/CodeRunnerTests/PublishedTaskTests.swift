import Foundation
import Tasks
import TestSupport
import Testing
import VerifierKit
import Verifiers

@testable import hone_verifier_code_runner

/// Sets that others made, with their own solutions.
@Suite(
  .enabled(if: SharedFiles.areHere, Comment(rawValue: SharedFiles.absence)), .serialized)
struct PublishedTaskTests {
  private static let humanEval = Result {
    try TaskImport(SharedFiles.root.appending(path: "data/tasks/humaneval/HumanEval.jsonl"))
      .demonstrations
  }
  private static let mbpp = Result {
    try TaskImport(SharedFiles.root.appending(path: "data/tasks/mbpp/mbpp_train.jsonl"))
      .demonstrations
  }

  @Test func `every reference of HumanEval passes behind the jail`() async throws {
    let tasks = try Self.humanEval.get()
    #expect(tasks.count == 164)
    let judge = try Judge(
      terms: [RewardTerm(verifier: "code-runner")],
      folders: [RunnerBench.root.appending(path: "verifiers")], log: .silent)
    let judgements = try await judge.judge(
      tasks.map { JudgeRequest(problem: $0.problem, completion: $0.completion) })
    await judge.shutDown()
    for (task, judgement) in zip(tasks, judgements) {
      let verdict = try #require(judgement.verdicts.first)
      #expect(verdict.outcome == .passed, "\(task.problem.id): \(verdict.reason)")
    }
  }

  @Test func `most of HumanEval's tests become data`() throws {
    let tasks = try Self.humanEval.get()
    let tests = tasks.filter { $0.problem.metadata["kind"] == .string("tests") }
      .map { $0.problem.id.dropFirst("HumanEval/".count) }
    #expect(tests == ["32", "33", "37", "38", "44", "50", "53", "129", "151"])
  }

  @Test func `every reference of MBPP passes but the one that does not run`() throws {
    let tasks = try Self.mbpp.get()
    #expect(tasks.count == 384)
    let bench = try RunnerBench()
    let failed = tasks.filter {
      bench.runner.judge($0.problem, $0.completion).outcome != .passed
    }
    #expect(failed.map(\.problem.id) == ["mbpp-927"])
  }

  @Test func `HumanEval's own samples are judged as their makers say`() throws {
    let folder = SharedFiles.root.appending(path: "data/tasks/humaneval")
    let tasks = try TaskImport(folder.appending(path: "example_problem.jsonl"))
      .demonstrations
    let problem = try #require(tasks.first).problem
    let samples = try String(
      contentsOf: folder.appending(path: "example_samples.jsonl"), encoding: .utf8)
    let bench = try RunnerBench(cpuSeconds: 1)
    let outcomes: [ProgramOutcome?] = try samples.split(separator: "\n").map { line in
      let row = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
      return bench.outcome(problem, try #require(row["completion"])).0
    }
    #expect(
      outcomes == [.runtimeError, .timeoutWall, .runtimeError, .passed, .passed, .passed])
  }

  @Test(.enabled(if: RunnerBench.isSlow, "SKIPPED: takes minutes; set HONE_SLOW=1"))
  func `few references with one token changed still pass`() throws {
    let bench = try RunnerBench(cpuSeconds: 1)
    var (changed, survivors): (Int, [String]) = (0, [])
    for task in try Self.humanEval.get() + Self.mbpp.get() where task.problem.id != "mbpp-927" {
      guard let mutant = Mutation.mutant(of: task.completion) else { continue }
      changed += 1
      let verdict = bench.runner.judge(task.problem, mutant)
      if verdict.outcome == .passed { survivors.append(task.problem.id) }
    }
    print("mutated references: \(changed), still passing: \(survivors.count) \(survivors)")
    #expect(changed > 450)
    #expect(Double(survivors.count) < 0.25 * Double(changed))
  }
}

/// A small change to a program that most often breaks it.
enum Mutation {
  private static let exchanges: [(String, String)] = [
    (" == ", " != "), (" < ", " >= "), (" > ", " <= "), (" <= ", " > "), (" >= ", " < "),
    (" + ", " - "), (" - ", " + "), (" * ", " + "), (" % ", " * "), ("+", "-"), (" and ", " or "),
    (" or ", " and "), (" in ", " not in "), ("True", "False"), ("False", "True"), ("1", "2"),
    ("0", "1"), ("return ", "return not "),
  ]

  /// The program with the first token of the first exchange that fits changed; nil where none fits.
  static func mutant(of source: String) -> String? {
    for (token, other) in exchanges {
      if let range = source.range(of: token) {
        return source.replacingCharacters(in: range, with: other)
      }
    }
    return nil
  }
}
