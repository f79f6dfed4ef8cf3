import Foundation
import Tasks
import VerifierKit
import Verifiers

/// A verdict that makes a rate of verdicts mean nothing.
struct WrongVerdict: Error, CustomStringConvertible {
  let description: String
}

/// Judging programs through the code runner, jail and pipes included.
enum ProgramWorkloads {
  /// A plugin folder above this file, since benchmarks run from a checkout.
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Small Python programs, each right, over two workers.
  static func programs(count: Int, repeats: Int) async throws -> Measurement {
    let requests = (0..<count).map(request)
    let judge = try judge(workers: 2)
    var rates: [Double] = []
    for run in 0...repeats {
      let seconds = try await seconds(judge, requests)
      if run > 0 { rates.append(Double(count) / seconds) }  // the first one starts the processes
    }
    await judge.shutDown()
    return Measurement(
      "small Python programs, each in a fresh cell, two workers", unit: "programs/s", values: rates)
  }

  /// One small Python program after the other.
  static func oneProgram(repeats: Int) async throws -> Measurement {
    let judge = try judge(workers: 1)
    var milliseconds: [Double] = []
    for run in 0..<repeats + 20 {
      let seconds = try await seconds(judge, [request(run)])
      if run >= 20 { milliseconds.append(seconds * 1000) }
    }
    await judge.shutDown()
    return Measurement("one small Python program at a time", unit: "ms", values: milliseconds)
  }

  /// How long after its deadline of one second a program that resists is judged, in seconds.
  static func resisting(repeats: Int) async throws -> Measurement {
    let ignore =
      "import os, signal, time\nfor s in range(1, 65):\n  try: signal.signal(s, signal.SIG_IGN)\n  except (OSError, ValueError): pass\n"
    let programs = [
      "while True: time.sleep(1)",
      "while True:\n  try: time.sleep(9)\n  except BaseException: pass",
      "for _ in range(12):\n  if os.fork() == 0: break\nos.setsid() if os.getpid() > 2 else None\nwhile True: time.sleep(1)",
      "import threading\nfor _ in range(8): threading.Thread(target=time.sleep, args=(99,)).start()",
    ]
    let judge = try judge(
      workers: 1, settings: ["cpuSeconds": .number(1), "wallFactor": .number(1)])
    let problem = Problem(
      id: "resisting", prompt: "?",
      metadata: [
        "kind": .string("stdio"), "cases": .array([.object(["output": .string("x")])]),
      ])
    var late: [Double] = []
    for program in Array(repeating: programs, count: repeats).joined() {
      let request = JudgeRequest(problem: problem, completion: ignore + program)
      late.append(try await seconds(judge, [request], expected: "timeoutWall") - 1)
    }
    await judge.shutDown()
    return Measurement(
      "verdict on a program that resists, after its deadline", unit: "s", values: late)
  }

  /// The references of HumanEval with all their cases, over two workers.
  static func humanEval(repeats: Int) async throws -> Measurement {
    let file = root.deletingLastPathComponent()
      .appending(path: "shared/data/tasks/humaneval/HumanEval.jsonl")
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw Absent(description: "'humaneval' needs \(file.path), which is not there")
    }
    let tasks = try TaskImport(file).demonstrations
    let requests = tasks.map { JudgeRequest(problem: $0.problem, completion: $0.completion) }
    let judge = try judge(workers: 2)
    var all: [Double] = []
    for run in 0...repeats {
      let seconds = try await seconds(judge, requests)
      if run > 0 { all.append(seconds) }
    }
    await judge.shutDown()
    return Measurement(
      "the 164 references of HumanEval, all cases, two workers", unit: "s", values: all)
  }

  // MARK: - Helpers

  private static func judge(workers: Int, settings: [String: JSONValue] = [:]) throws -> Judge {
    try Judge(
      terms: [RewardTerm(verifier: "code-runner", settings: settings)], workers: workers,
      folders: [root.appending(path: "verifiers")])
  }

  private static func request(_ number: Int) -> JudgeRequest {
    let calls = (0..<4).map { index -> JSONValue in
      let list = (0..<6).map { JSONValue.number(Double(($0 * 7 + index + number) % 11)) }
      let sorted = list.sorted {
        guard case (.number(let a), .number(let b)) = ($0, $1) else { return false }
        return a > b
      }
      return .object(["arguments": .array([.array(list)]), "expected": .array(sorted)])
    }
    return JudgeRequest(
      problem: Problem(
        id: "p\(number)", prompt: "?",
        metadata: ["kind": .string("function"), "entry": .string("f"), "calls": .array(calls)]),
      completion: """
        def f(items):
            result = []
            for item in sorted(items):
                result.insert(0, item)
            return result
        """)
  }

  // `expected` is what each reason starts with: a rate of other verdicts would mean nothing.
  private static func seconds(
    _ judge: Judge, _ requests: [JudgeRequest], expected: String = "passed"
  ) async throws -> Double {
    let start = ContinuousClock.now
    let judgements = try await judge.judge(requests)
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    if let other = judgements.flatMap(\.verdicts).first(where: { !$0.reason.hasPrefix(expected) }) {
      throw WrongVerdict(description: "a program was not judged '\(expected)': \(other.reason)")
    }
    return elapsed
  }
}
