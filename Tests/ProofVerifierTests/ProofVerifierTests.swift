import Foundation
import Logging
import Randomness
import TestSupport
import Testing
import VerifierKit
import Verifiers

@testable import hone_verifier_proof

@Suite struct ProofVerifierTests {
  /// A row of the verifier's `cases.jsonl`.
  struct Row: Decodable {
    let problem: Problem
    let completion: String
    let outcome: VerifierOutcome
    let why: String
    let settings: [String: JSONValue]?
  }

  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func rows() throws -> [Row] {
    let file = Self.root.appending(path: "verifiers/proof/cases.jsonl")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }
  }

  @Test func `each case is judged as the table says`() throws {
    let rows = try rows()
    #expect(rows.count >= 60)
    #expect(Set(rows.map(\.problem.id)).count == rows.count)
    for row in rows {
      let verdict = try ProofVerifier(settings: row.settings ?? [:])
        .judge(row.problem, row.completion)
      #expect(verdict.outcome == row.outcome, "\(row.problem.id), \(row.why): \(verdict.reason)")
    }
  }

  @Test func `the process behind the host says the same`() async throws {
    let bySettings = Dictionary(grouping: try rows()) { $0.settings ?? [:] }
    for (settings, rows) in bySettings {
      let judge = try Judge(
        terms: [RewardTerm(verifier: "proof", settings: settings)],
        folders: [Self.root.appending(path: "verifiers")],
        log: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
      let judgements = try await judge.judge(
        rows.map { JudgeRequest(problem: $0.problem, completion: $0.completion) })
      await judge.shutDown()
      for (row, judgement) in zip(rows, judgements) {
        let verdict = try #require(judgement.verdicts.first)
        #expect(verdict.outcome == row.outcome, "\(row.problem.id), \(row.why): \(verdict.reason)")
        #expect(verdict.fault == nil)
      }
    }
  }

  @Test(
    arguments: [
      (["database": .number(1)], "'database' must be the path of a file"),
      (["database": .string("/nowhere.mm")], "that can be read, not '/nowhere.mm'"),
      (["database": .string("/proc/self/cmdline")], "'database' must be a Metamath database, but"),
      (["work": .number(0.5)], "'work' must be a whole number in 1000...100000000"),
      (["proofKiB": .number(0)], "'proofKiB' must be a whole number in 1...1024"),
    ] as [([String: JSONValue], String)])
  func `a setting that cannot be used is refused`(
    settings: [String: JSONValue], message: String
  ) throws {
    let error = try #require(throws: InvalidVerifierSetting.self) {
      try ProofVerifier(settings: settings)
    }
    #expect(error.description.contains(message), "\(error)")
  }

  @Test func `a database of the settings serves problems that bring none`() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "proof-\(UUID()).mm")
    try MetamathTests.small.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let verifier = try ProofVerifier(settings: ["database": .string(file.path)])
    let problem = Problem(
      id: "m", prompt: "?", metadata: ["system": .string("metamath"), "theorem": .string("gen")])
    #expect(verifier.judge(problem, "wq vx ax5").outcome == .passed)
    #expect(verifier.judge(problem, "wp vx ax5").outcome == .wrong)
  }

  @Test func `the process reads a database that lies anywhere on the host`() async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "proof-\(UUID()).mm")
    try MetamathTests.small.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let judge = try Judge(
      terms: [RewardTerm(verifier: "proof", settings: ["database": .string(file.path)])],
      workers: 1, folders: [Self.root.appending(path: "verifiers")],
      log: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
    let problem = Problem(
      id: "m", prompt: "?", metadata: ["system": .string("metamath"), "theorem": .string("gen")])
    let judgements = try await judge.judge(
      ["wq vx ax5", "wp vx ax5"].map { JudgeRequest(problem: problem, completion: $0) })
    await judge.shutDown()
    #expect(judgements.map(\.reward) == [1, 0])
  }

  @Test func `many inline databases are each judged by their own`() throws {
    let verifier = try ProofVerifier(settings: [:])
    for round in 0..<3 {
      for number in 0..<7 {
        let text = "$c a b\(number) $. ax $a a b\(number) $. t $p a b\(number) $= ? $."
        func problem(_ statement: String) -> Problem {
          Problem(
            id: "m", prompt: "?",
            metadata: [
              "system": .string("metamath"), "database": .string(text),
              "statement": .string(statement),
            ])
        }
        #expect(verifier.judge(problem("a b\(number)"), "ax").outcome == .passed)
        let other = verifier.judge(problem("a b\((number + 1) % 7)"), "ax")
        #expect(other.outcome == .unscored, "round \(round): \(other.reason)")
      }
    }
  }

  // MARK: - Noise

  @Test func `no bent text crashes a parser, takes long, or is paid for`() throws {
    let verifier = try ProofVerifier(settings: ["work": .number(200_000)])
    let rows = try rows().filter { $0.outcome == .passed && $0.settings == nil }
    var passed = 0
    let seconds = processorSeconds {
      for attempt in 0..<4000 {
        var generator = CounterGenerator(keys: 11, UInt64(attempt))
        let row = rows[generator.integer(in: 0...rows.count - 1)]
        var problem = row.problem
        let completion = Self.bent(row.completion, &generator)
        // A bent task may be another task, so only a bent proof must not be paid for blindly.
        if attempt % 2 == 1 {
          for (key, value) in problem.metadata.sorted(by: { $0.key < $1.key }) {
            guard case .string(let text) = value else { continue }
            problem.metadata[key] = .string(Self.bent(text, &generator))
          }
        }
        let verdict = verifier.judge(problem, completion)
        passed += verdict.outcome == .passed ? 1 : 0
        #expect(verdict.reason.utf8.count < 400)
      }
    }
    #expect(seconds < 60)
    // Blanks may be added, and a letter that no rule reads may change.
    #expect(passed < 1200, "\(passed) of 4000 passed")
  }

  /// A text with a few bytes replaced, doubled, cut out or swapped.
  private static func bent(_ text: String, _ generator: inout CounterGenerator) -> String {
    var bytes = Array(text.utf8)
    for _ in 0...generator.integer(in: 0...3) where !bytes.isEmpty {
      let place = generator.integer(in: 0...bytes.count - 1)
      let end = min(bytes.count, place + generator.integer(in: 1...12))
      switch generator.integer(in: 0...4) {
      case 0: bytes[place] = UInt8(generator.integer(in: 0...255))
      case 1: bytes.removeSubrange(place..<end)
      case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 3: bytes.swapAt(place, end - 1)
      default:
        let words = [
          "$", "(", ")", "D", "0", "-1", " ", "\n", "$(", "$d", "?", "Z", "->", "~", "```",
        ]
        bytes.insert(contentsOf: words[generator.integer(in: 0...words.count - 1)].utf8, at: place)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
