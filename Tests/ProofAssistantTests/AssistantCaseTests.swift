import Foundation
import Testing
import VerifierKit
import Verifiers

@testable import hone_verifier_proof_assistant

/// A row of the verifier's `cases.jsonl`.
struct AssistantCase: Decodable, Sendable {
  let problem: Problem
  let completion: String
  let outcome: VerifierOutcome
  let why: String
  let settings: [String: JSONValue]?
  let needs: [String]?

  /// The whole table.
  static let all = Result {
    try String(
      contentsOf: AssistantBench.root.appending(path: "verifiers/proof-assistant/cases.jsonl"),
      encoding: .utf8
    ).split(separator: "\n").map {
      try JSONDecoder().decode(AssistantCase.self, from: Data($0.utf8))
    }
  }

  /// The rows that need a program, or none.
  static func needing(_ program: Program?) throws -> [AssistantCase] {
    try all.get().filter { $0.needs == program.map { ["/usr/bin/\($0.rawValue)"] } }
  }
}

@Suite(.serialized) struct AssistantCaseTests {
  @Test func `the table has each case once, and most of them need no program`() throws {
    let cases = try AssistantCase.all.get()
    #expect(Set(cases.map(\.problem.id)).count == cases.count)
    let groups = try [.z3, .coqc, nil].map { try AssistantCase.needing($0).count }
    #expect(groups.reduce(0, +) == cases.count)
    #expect(groups[0] >= 25 && groups[1] >= 20 && groups[2] >= 90, "\(groups)")
  }

  @Test func `what needs no program is judged as the table says, behind the jail`() async throws {
    try await expectVerdicts(try AssistantCase.needing(nil))
  }

  @Test(.enabled(if: Installed.has(.z3), Installed.absence(.z3)))
  func `what z3 decides is judged as the table says, behind the jail`() async throws {
    try await expectVerdicts(try AssistantCase.needing(.z3))
  }

  @Test(.enabled(if: Installed.has(.coqc), Installed.absence(.coqc)))
  func `what coqc decides is judged as the table says, behind the jail`() async throws {
    try await expectVerdicts(try AssistantCase.needing(.coqc))
  }

  private func expectVerdicts(_ cases: [AssistantCase]) async throws {
    for (settings, rows) in Dictionary(grouping: cases, by: { $0.settings ?? [:] }) {
      let judge = try Judge(
        terms: [RewardTerm(verifier: "proof-assistant", settings: settings)],
        folders: [AssistantBench.root.appending(path: "verifiers")], log: .silent)
      let judgements = try await judge.judge(
        rows.map { JudgeRequest(problem: $0.problem, completion: $0.completion) })
      await judge.shutDown()
      for (row, judgement) in zip(rows, judgements) {
        let verdict = try #require(judgement.verdicts.first)
        #expect(
          verdict.outcome == row.outcome && verdict.fault == nil,
          "\(row.problem.id), \(row.why): \(verdict.reason)")
      }
    }
  }

  @Test func `without the programs nothing is paid for, and refusals stay what they are`() throws {
    for row in try AssistantCase.all.get() {
      let verdict = try AssistantBench(row.settings ?? [:], programs: []).verifier
        .judge(row.problem, row.completion)
      if row.needs == nil {
        #expect(verdict.outcome == row.outcome, "\(row.problem.id): \(verdict.reason)")
      } else {
        #expect(verdict.outcome == .unscored)
        let program = row.needs == ["/usr/bin/z3"] ? "z3" : "coq"
        #expect(
          verdict.reason.hasPrefix(
            "\(program == "z3" ? "z3" : "coqc") is not installed: apt install \(program)"),
          "\(row.problem.id): \(verdict.reason)")
      }
    }
  }

  @Test func `a program is looked for in the places that are named alone`() throws {
    let folder = FileManager.default.temporaryDirectory.path
    let verdict = try AssistantBench(programs: [folder]).verdict(
      #"{"system":"coq","theorem":"True"}"#, "Proof. exact I. Qed.")
    #expect(verdict.outcome == .unscored && verdict.reason.contains("looked for \(folder)/coqc"))
    #expect(AssistantPlaces.standard.programs.allSatisfy { $0.hasPrefix("/usr/") })
  }

  @Test(
    arguments: [
      ("answerKiB", .number(0), "a whole number in 1...512"),
      ("seconds", .number(0.5), "a whole number in 1...30"),
      ("memoryMiB", .string("much"), "a whole number in 256...65536"),
      ("resourceLimit", .number(1), "a whole number in 1000...4000000000"),
      ("colour", .string("red"), "absent: nothing reads it"),
    ] as [(String, JSONValue, String)])
  func `a setting that cannot be used is refused`(
    name: String, value: JSONValue, rule: String
  ) throws {
    let error = try #require(throws: InvalidVerifierSetting.self) {
      try ProofAssistant(settings: [name: value])
    }
    #expect(error.description == "the setting '\(name)' must be \(rule)")
  }

  @Test func `the manifest's settings are those that the verifier has`() throws {
    let manifest = try VerifierManifest(
      folder: AssistantBench.root.appending(path: "verifiers/proof-assistant"))
    #expect(try AssistantSettings(manifest.settings) == AssistantSettings())
    #expect(manifest.settings.count == 4)
  }
}
