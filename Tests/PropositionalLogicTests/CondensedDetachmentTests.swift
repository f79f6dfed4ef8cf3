import Foundation
import Randomness
import TestSupport
import Testing

@testable import PropositionalLogic

@Suite struct CondensedDetachmentTests {
  private let system = CondensedDetachment.standard

  @Test(
    arguments: [
      ("1", "(P -> (Q -> P))"), ("2", "((P -> (Q -> R)) -> ((P -> Q) -> (P -> R)))"),
      ("3", "((~ P -> ~ Q) -> (Q -> P))"), ("DD211", "(P -> P)"), (" DD211\n", "(P -> P)"),
      ("D11", "(P -> (Q -> (R -> Q)))"), ("DD2D121", "((P -> Q) -> ((R -> P) -> (R -> Q)))"),
    ])
  func `a proof proves the most general theorem`(proof: String, theorem: String) throws {
    let formula = try #require(try system.conclusion(of: proof, limit: 100))
    #expect(formula.description == theorem)
    try system.check(proof, proves: formula)
  }

  @Test(arguments: ["(P -> P)", "((P -> Q) -> (P -> Q))", "(~ P -> ~ P)"])
  func `an instance of what is proved is proved`(theorem: String) throws {
    #expect(try system.check("DD211", proves: PropositionalFormula(theorem)) == 5)
  }

  @Test(
    arguments: [
      ("", DetachmentError.empty), ("D", .missingPremise), ("D1", .missingPremise),
      ("11", .severalProofs(2)), ("DD2111", .severalProofs(2)), ("4", .unknownStep("4")),
      ("DD211.", .unknownStep(".")), ("d", .unknownStep("d")),
      ("DD211 is it", .unknownStep("t")), ("D D211", .unknownStep(" ")),
      ("é", .unknownStep("\u{A9}")),
      ("D31", .clash), ("1", .otherTheorem),
      // I of I: the left side of S I is (Q -> R) -> Q, and a formula is not a part of itself.
      ("DD2DD211DD211", .infinite),
    ] as [(String, DetachmentError)])
  func `what is no proof of the theorem is refused`(
    proof: String, expected: DetachmentError
  ) throws {
    let theorem = try PropositionalFormula("P -> P")
    let error = try #require(throws: DetachmentError.self) {
      try system.check(proof, proves: theorem)
    }
    #expect(error == expected)
    #expect(!error.description.isEmpty)
  }

  @Test func `a theorem more general than what is proved is refused`() throws {
    let theorem = try PropositionalFormula("P -> Q")
    #expect(throws: DetachmentError.otherTheorem) { try system.check("DD211", proves: theorem) }
    let variable = try PropositionalFormula("P")
    #expect(throws: DetachmentError.otherTheorem) { try system.check("DD211", proves: variable) }
  }

  @Test func `other axioms may be given`() throws {
    let own = CondensedDetachment(axioms: try ["P -> P", "A"].map { try PropositionalFormula($0) })
    #expect(try own.conclusion(of: "D11", limit: 9)?.description == "(P -> P)")
    #expect(try own.conclusion(of: "D22", limit: 9)?.description == "P")
    #expect(throws: DetachmentError.unknownStep("3")) { try own.conclusion(of: "3", limit: 9) }
  }

  @Test func `formulas that double at each step cost no more than their text`() throws {
    // From X, axiom 2 makes (X -> X): after n steps a formula of 2^n symbols.
    let own = CondensedDetachment(
      axioms: try ["P -> (Q -> P)", "P -> (P -> P)"].map { try PropositionalFormula($0) })
    let bomb = String(repeating: "D2", count: 20_000) + "1"
    let theorem = try PropositionalFormula("P -> P")
    #expect(throws: DetachmentError.otherTheorem) { try own.check(bomb, proves: theorem) }
    #expect(try own.conclusion(of: bomb, limit: 1000) == nil)
    // Two such formulas are made equal.
    #expect(throws: DetachmentError.otherTheorem) {
      try own.check("DD2\(bomb)\(bomb)", proves: theorem)
    }
    let seconds = processorSeconds {
      #expect(throws: DetachmentError.missingPremise) {
        try system.check(String(repeating: "D", count: 500_000), proves: theorem)
      }
    }
    #expect(seconds < 5)
  }

  @Test func `axioms that are long, many times, meet the limit`() throws {
    let long = try PropositionalFormula(String(repeating: "P -> ", count: 1_000) + "P")
    let own = CondensedDetachment(axioms: [long])
    let theorem = try PropositionalFormula("P")
    #expect(throws: DetachmentError.tooLong(100_000)) {
      try own.check(String(repeating: "1", count: 500_000), proves: theorem, limit: 100_000)
    }
    #expect(own.proves("1", long) && !own.proves("1", theorem))
  }

  // MARK: - A second opinion

  @Test func `random proofs prove what a plain unifier says`() throws {
    var (proofs, empty) = (0, 0)
    for seed in 0..<3000 {
      var generator = CounterGenerator(keys: 5, UInt64(seed))
      let proof = Self.proof(steps: generator.integer(in: 0...7), &generator)
      let plain = PlainTerm.conclusion(of: proof)
      let ours = try? system.conclusion(of: proof, limit: 100_000)
      #expect(ours?.symbols == plain?.symbols, "\(proof)")
      proofs += plain == nil ? 0 : 1
      empty += plain == nil ? 1 : 0
    }
    #expect(proofs > 500 && empty > 500, "\(proofs) prove something, \(empty) nothing")
  }

  private static func proof(steps: Int, _ generator: inout CounterGenerator) -> String {
    guard steps > 0 else { return "\(generator.integer(in: 1...3))" }
    let left = generator.integer(in: 0...steps - 1)
    let major = proof(steps: left, &generator)
    return "D" + major + proof(steps: steps - 1 - left, &generator)
  }

  private struct PublishedProof: Decodable {
    let id: String
    let theorem: String
    let proof: String
    let steps: Int
  }

  private func published() throws -> [PublishedProof] {
    let file = SharedFiles.root.appending(path: "data/proofs/pmproofs_odd.jsonl")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode(PublishedProof.self, from: Data($0.utf8))
    }
  }

  @Test(.enabled(if: SharedFiles.areHere, Comment(rawValue: SharedFiles.absence)))
  func `every published proof is accepted, and proves its theorem exactly`() throws {
    let proofs = try published()
    #expect(proofs.count == 98)
    for row in proofs {
      let theorem = try PropositionalFormula(row.theorem)
      #expect(try system.check(row.proof, proves: theorem) == row.steps, "\(row.id)")
      #expect(try system.conclusion(of: row.proof, limit: 10_000) == theorem, "\(row.id)")
    }
  }

  @Test(.enabled(if: SharedFiles.areHere, Comment(rawValue: SharedFiles.absence)))
  func `a published proof with one step changed is refused unless it proves the theorem too`()
    throws
  {
    var (refused, proving) = (0, 0)
    for (number, row) in try published().enumerated() {
      let theorem = try PropositionalFormula(row.theorem)
      for attempt in 0..<25 {
        var generator = CounterGenerator(keys: 6, UInt64(number), UInt64(attempt))
        var steps = Array(row.proof)
        let place = generator.integer(in: 0...steps.count - 1)
        let others = "D123".filter { $0 != steps[place] }.map { $0 }
        steps[place] = others[generator.integer(in: 0...2)]
        let mutant = String(steps)
        let isAccepted = (try? system.check(mutant, proves: theorem)) != nil
        let proves = PlainTerm.conclusion(of: mutant)?.covers(PlainTerm(theorem)) ?? false
        #expect(isAccepted == proves, "\(row.id): \(mutant)")
        refused += isAccepted ? 0 : 1
        proving += isAccepted ? 1 : 0
      }
    }
    #expect(refused + proving == 98 * 25)
    print(
      "condensed detachment: \(refused) mutants refused, \(proving) prove their theorem all the same"
    )
    #expect(refused > 2300, "\(refused) refused, \(proving) accepted")
  }
}
