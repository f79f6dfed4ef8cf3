import FactTables
import Foundation
import GRDB
import TestSupport
import Testing
import VerifierKit

@testable import hone_verifier_fact_table

@Suite struct FactPropertyTests {
  private static let completions = [
    "Paris", "paris!", "Lutetia", "Lutetia, Paris", "Paris or Lyon", "Rome", "unknown", "", "Pris",
    "Roma and Paris", "The capital is Paris.",
  ]

  @Test func `the order of aliases never matters`() throws {
    let spellings = ["Paris", "Lutetia", "City of Light", "Parigi", "Roma"]
    var noise = TestNumbers(seed: 3)
    let first = try verdicts(spellings)
    for _ in 0..<100 {
      var shuffled = Array(spellings.dropFirst())
      for place in shuffled.indices { shuffled.swapAt(place, noise.integer(below: shuffled.count)) }
      #expect(try verdicts([spellings[0]] + shuffled) == first)
    }
  }

  private func verdicts(_ spellings: [String]) throws -> [Verdict] {
    let problem = Problem(
      id: "p", prompt: "The capital?", answer: spellings[0],
      metadata: ["aliases": .array(spellings.dropFirst().map(JSONValue.string))])
    let verifier = try FactTableVerifier(settings: [:])
    return Self.completions.map { verifier.judge(problem, $0) }
  }

  @Test func `the order of a table's rows decides no verdict`() throws {
    let rows = [
      "France,capital,Paris,Lutetia", "France,capital,Vichy,", "Italy,capital,Rome,Roma",
      "France,currency,euro,", "Spain,capital,Madrid,",
    ]
    func verdicts(_ rows: [String]) throws -> [VerifierOutcome] {
      let path = try TestIndex.path(
        of: "key,relation,value,aliases\n" + rows.joined(separator: "\n"))
      let verifier = try FactTableVerifier(settings: ["prepared": .string(path)])
      return ["France", "Italy", "Spain", "Peru"].flatMap { key in
        ["Paris", "Vichy and Lutetia", "Roma", "Madrid"].map {
          verifier.judge(question(key, "capital"), $0).outcome
        }
      }
    }
    let first = try verdicts(rows)
    #expect(first.contains(.passed) && first.contains(.wrong) && first.contains(.unscored))
    for turn in 1..<rows.count {
      #expect(try verdicts(Array(rows[turn...] + rows[..<turn])) == first)
    }
    #expect(try verdicts(rows.reversed()) == first)
  }

  @Test func `a verdict does not depend on what was asked before`() throws {
    let cases = try VerifierCase.all.get().filter { $0.settings == nil }
    let verifier = try FactTableVerifier(settings: [:])
    let forwards = cases.map { verifier.judge($0.problem, $0.completion) }
    let backwards = cases.reversed().map { verifier.judge($0.problem, $0.completion) }
    #expect(forwards == backwards.reversed())
  }

  @Test func `noise is judged, and gives no answer`() throws {
    let parts = [
      "Paris", "\n", ",", " and ", " or ", "A:", "Answer:", "\\boxed{", "}", "####", "<answer>",
      "is", "not", "?", "the", "$", "\\text{", "\u{202E}", "\u{0}", "é", "1.", "- ", "—", "🙂",
    ]
    let problem = Problem(
      id: "p", prompt: "?", answer: "Au",
      metadata: ["answers": .array([.string("Rome"), .string("Trinidad and Tobago")])])
    var noise = TestNumbers(seed: 11)
    for list in ["any", "all", "ordered"] {
      let verifier = try FactTableVerifier(
        settings: ["list": .string(list), "editDistance": .number(2)])
      for _ in 0..<3000 {
        let text = (0..<noise.integer(below: 24)).map { _ in
          parts[noise.integer(below: parts.count)]
        }.joined()
        #expect(verifier.judge(problem, text).outcome == .wrong, "\(text.debugDescription)")
      }
    }
  }

  @Test(arguments: ["Paris, ", "Paris and ", "\n", "A:", "\\boxed{", "is ", "1,", "\u{301}"])
  func `size is judged in time`(part: String) throws {
    let problem = Problem(
      id: "p", prompt: "?", answer: "Paris",
      metadata: ["answers": .array((0..<60).map { .string("City \($0)") })])
    let verifier = try FactTableVerifier(
      settings: ["list": .string("all"), "editDistance": .number(2)])
    for count in [100, 1000, 200_000] {
      let seconds = processorSeconds {
        _ = verifier.judge(problem, String(repeating: part, count: count))
      }
      #expect(seconds < 20)
    }
  }

  @Test func `a mutated index is refused or read, and never passes a wrong answer`() throws {
    let path = try TestIndex.path(
      of: VerifierCase.root.appending(path: "tasks/elements/elements.csv"))
    let whole = try Data(contentsOf: URL(filePath: path))
    var noise = TestNumbers(seed: 5)
    for _ in 0..<200 {
      var bytes = whole
      for _ in 0..<20 {
        bytes[noise.integer(below: bytes.count)] = UInt8(noise.integer(below: 256))
      }
      let broken = path + ".broken"
      try bytes.write(to: URL(filePath: broken))
      guard let verifier = try? FactTableVerifier(settings: ["prepared": .string(broken)]) else {
        continue
      }
      for key in ["gold", "iron", "tin", "zinc"] {
        #expect(verifier.judge(question(key, "symbol"), "Qq").outcome != .passed)
      }
    }
  }

  @Test func `an SQLite table is read like the others, and a broken one refused`() throws {
    let folder = FileManager.default.temporaryDirectory
    let file = folder.appending(path: "\(UUID().uuidString).sqlite")
    defer { try? FileManager.default.removeItem(at: file) }
    let queue = try DatabaseQueue(path: file.path)
    try queue.write { database in
      try database.execute(
        sql: """
          CREATE TABLE facts (key TEXT, relation TEXT, value, aliases TEXT);
          INSERT INTO facts VALUES ('gold', 'symbol', 'Au', 'x|y'), ('gold', 'number', 79, NULL);
          """)
    }
    try queue.close()
    let verifier = try FactTableVerifier(
      settings: ["prepared": .string(try TestIndex.path(of: file))])
    #expect(verifier.judge(question("gold", "number"), "79").outcome == .passed)
    #expect(verifier.judge(question("gold", "symbol"), "y").outcome == .passed)
    var bytes = try Data(contentsOf: file)
    bytes.replaceSubrange(0..<16, with: Data("SQLite format 4\u{0}".utf8))
    try bytes.write(to: file)
    #expect(throws: FactTableError.self) { try TestIndex.path(of: file) }
  }

  @Test func `a question with too many answers is unscored`() throws {
    let rows = (0..<300).map { "key \($0),colour,red" }.joined(separator: "\n")
    let path = try TestIndex.path(of: "key,relation,value\n" + rows)
    let verifier = try FactTableVerifier(settings: ["prepared": .string(path)])
    #expect(verifier.judge(question("key 7", "colour"), "red").outcome == .passed)
    var reverse = question("red", "colour")
    reverse.metadata["direction"] = .string("reverse")
    let verdict = verifier.judge(reverse, "key 7")
    #expect(verdict.outcome == .unscored && verdict.reason.contains("300 answers"))
  }

  private func question(_ key: String, _ relation: String) -> Problem {
    Problem(
      id: "p", prompt: "?", metadata: ["key": .string(key), "relation": .string(relation)])
  }
}
