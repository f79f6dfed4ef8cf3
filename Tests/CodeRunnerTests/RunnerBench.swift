import Cells
import Foundation
import Logging
import Testing
import VerifierKit
import Verifiers

@testable import hone_verifier_code_runner

/// A code runner in the test's own process, and what its tests ask of it.
struct RunnerBench {
  /// The checkout's root.
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  /// Whether tests that take minutes run too.
  static let isSlow = ProcessInfo.processInfo.environment["HONE_SLOW"] != nil
  /// A wall factor with which a busy machine, too, gives a program all of its CPU time.
  static let longWall = 20.0

  let runner: CodeRunner

  init(_ settings: [String: JSONValue] = [:], cpuSeconds: Double = 3) throws {
    let settings = settings.merging(["cpuSeconds": .number(cpuSeconds)]) { own, _ in own }
    runner = try CodeRunner(
      settings: settings,
      places: RunnerPlaces(
        executables: VerifierCatalog.executableFolder,
        plugin: Self.root.appending(path: "verifiers/code-runner")))
  }

  /// What a program came to.
  func outcome(_ problem: Problem, _ completion: String) -> (ProgramOutcome?, Verdict) {
    let verdict = runner.judge(problem, completion)
    guard case .string(let word)? = verdict.details["outcome"] else { return (nil, verdict) }
    return (ProgramOutcome(rawValue: word), verdict)
  }

  /// Processes that descend from the server of Python programs; 2 where a cell waits for its program.
  func descendants() throws -> Int {
    let server = try #require(try runner.workshop.python().processID)
    return try Self.descendants(of: Int(server))
  }

  private static func descendants(of process: Int) throws -> Int {
    let text = try String(
      contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)
    let children = text.split(separator: " ").compactMap { Int($0) }
    return try children.reduce(children.count) { $0 + (try descendants(of: $1)) }
  }
}

/// A task about standard input and output.
func program(
  _ cases: [(input: String, output: String)], language: String = "python",
  _ more: [String: JSONValue] = [:]
) -> Problem {
  let cases = cases.map {
    JSONValue.object(["input": .string($0.input), "output": .string($0.output)])
  }
  return Problem(
    id: "p", prompt: "?",
    metadata: ["kind": .string("stdio"), "language": .string(language), "cases": .array(cases)]
      .merging(more) { $1 })
}

/// A task about a function.
func function(
  _ entry: String, _ calls: [(arguments: [JSONValue], expected: JSONValue)],
  _ more: [String: JSONValue] = [:]
) -> Problem {
  let calls = calls.map {
    JSONValue.object(["arguments": .array($0.arguments), "expected": $0.expected])
  }
  return Problem(
    id: "f", prompt: "?",
    metadata: ["kind": .string("function"), "entry": .string(entry), "calls": .array(calls)]
      .merging(more) { $1 })
}

extension Logger {
  /// A log that nobody reads.
  static var silent: Logger { Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() } }
}
