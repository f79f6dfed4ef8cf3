import Foundation
import Randomness
import TestSupport
import Testing

@testable import hone_verifier_proof

@Suite struct LRATTests {
  /// All four clauses over two variables.
  private let square = "p cnf 2 4\n1 2 0\n-1 2 0\n1 -2 0\n-1 -2 0\n"

  private static func refusal(_ proof: String, _ cnf: String, work: Int = 10_000_000) throws
    -> String?
  {
    let formula = try CNFFormula(cnf)
    do throws(ProofRefusal) {
      try LRATChecker.check(try LRATProof(proof), refutes: formula, budget: WorkBudget(work))
      return nil
    } catch {
      return error.description
    }
  }

  @Test(arguments: [
    "5 2 0 1 2 0\n6 0 5 3 4 0", "c a comment\n5 2 0 1 2 0\n5 d 1 2 0\n\n9 0 5 3 4 0\n",
    // Clause 5 is always true, and needs no hint.
    "5 1 -1 0 0\n6 2 0 1 2 0\n7 0 6 3 4 0", "5 2 2 0 1 2 0\n6 0 5 3 4 0",
  ])
  func `a proof of unsatisfiability is accepted`(proof: String) throws {
    #expect(try Self.refusal(proof, square) == nil)
  }

  @Test func `a definition of a new variable is a clause whose resolvents follow`() throws {
    // 3 = 1 and 2: the first clause has nothing to resolve with, the others have one clause each.
    let definition = "5 3 -1 -2 0 0\n6 -3 1 0 -5 0\n7 -3 2 0 -5 0\n"
    // Resolved with 5 on 3, clause 6 gives (1 -1 -2), which is always true: no hint is needed.
    #expect(try Self.refusal(definition + "8 2 0 1 2 0\n9 0 8 3 4 0", square) == nil)
    let without = "5 3 -1 -2 0 0\n6 -3 1 0 0\n7 -3 0 0\n8 2 0 1 2 0\n9 0 8 3 4 0"
    #expect(
      try Self.refusal(without, square) == "clause 7 has no hints for a clause with the literal 3")
  }

  @Test(arguments: [
    ("", "there is no step"), ("5 2 0 1 2 0", "it does not end with the empty clause"),
    ("5 2 0 1 0\n6 0 5 3 4 0", "clause 5 has no hints for a clause with the literal -2"),
    ("5 2 0 3 0", "clause 5 has the hint 3, which leads to nothing"),
    ("5 2 0 9 0", "clause 5 has the hint 9, which is not there"),
    ("5 2 0 1 2 3 0\n6 0 5 3 4 0", "clause 5 has hints behind the conflict"),
    ("4 2 0 1 2 0", "clause 4 is added behind clause 4"), ("5 0 0", "lead to no conflict"),
    ("5 d 9 0", "clause 9 is deleted, but is not there"),
    ("5 d 1 1 0", "clause 1 is deleted, but is not there"),
    ("5 2 0 1 2 0\n5 d 1 0\n6 0 5 1 0", "clause 6 has the hint 1, which is not there"),
    ("5 2 0 1 2 0\n6 0 5 3 4 0\n7 1 0 0", "lines stand behind the empty clause"),
    ("5 3 0 -1 0", "clause 5 has the case of 1, which has no literal -3"),
    ("d 1 2 0", "line 1 begins with 'd', as in DRAT"), ("2 0\n0\n", "DRAT has no hints"),
    ("5 2 0 1 2", "is no addition"), ("5 x 0 1 0", "has 'x' where a number is needed"),
    ("5 2 0 1 2 0 QED", "has 'QED' where a number is needed"),
    ("-5 2 0 1 2 0", "begins with -5, no number of a clause"),
    ("5 d 1", "is no deletion"), ("5 99999999 0 0", "has a variable beyond 4194304"),
    ("99999999999999999999 2 0 0", "where a number is needed"), ("5 2 0 0 0", "is no addition"),
  ])
  func `what is no proof is refused with its place`(proof: String, message: String) throws {
    let refusal = try #require(try Self.refusal(proof, square))
    #expect(refusal.contains(message), "\(refusal)")
  }

  @Test(arguments: [
    ("", "does not begin with 'p cnf'"), ("1 0", "does not begin with 'p cnf'"),
    ("p cnf 2", "is not 'p cnf VARIABLES CLAUSES'"), ("p cnf 2 1\n3 0", "'3' is no literal of 2"),
    ("p cnf 2 1\n1 2", "last clause does not end with 0"),
    ("p cnf 2 2\n1 2 0", "has 1 clauses, but says 2"), ("p cnf 99999999 1\n1 0", "is not 'p cnf"),
    ("p cnf 2 1\nx 0", "'x' is no literal"), ("p cnf 1 1\np cnf 1 1\n1 0", "is not 'p cnf"),
  ])
  func `a text that is no CNF is no task`(text: String, message: String) throws {
    let error = try #require(throws: UnusableTask.self) { try CNFFormula(text) }
    #expect(error.description.contains(message), "\(error)")
  }

  @Test func `satisfiable clauses have no proof, whatever is tried`() throws {
    let cnf = "p cnf 3 3\n1 2 0\n-1 3 0\n-2 -3 0\n"
    for seed in 0..<3000 {
      var generator = CounterGenerator(keys: 9, UInt64(seed))
      var proof = ""
      for id in 4...6 {
        let literals = (0..<generator.integer(in: 0...2)).map { _ in
          "\(generator.integer(in: 1...4) * (generator.integer(in: 0...1) * 2 - 1)) "
        }
        let hints = (0..<generator.integer(in: 0...4)).map { _ in
          "\(generator.integer(in: -id...id - 1)) "
        }.filter { $0 != "0 " }
        proof += "\(id) \(literals.joined())0 \(hints.joined())0\n"
      }
      #expect(try Self.refusal(proof, cnf) != nil, "\(proof)")
    }
  }

  @Test func `a proof that causes much work meets the limit`() throws {
    let proof = (5...2000).map { "\($0) 2 0 1 2 0\n" }.joined()
    #expect(try Self.refusal(proof, square, work: 1000) == "it needs more work than 1000 symbols")
  }

  // MARK: - Published proofs

  private static let published = [
    "example-4-vars", "example-5-vars", "uuf-30-1", "uuf-50-2", "uuf-50-3",
  ]

  private static func shared(_ name: String) throws -> String {
    try String(
      contentsOf: SharedFiles.root.appending(path: "data/proofs/drat/\(name)"), encoding: .utf8)
  }

  @Test(
    .enabled(if: SharedFiles.areHere, Comment(rawValue: SharedFiles.absence)), arguments: published)
  func `a published proof is accepted, of its own clauses alone`(name: String) throws {
    let cnf = try Self.shared(name + ".cnf")
    #expect(try Self.refusal(Self.shared(name + ".lrat"), cnf) == nil)
    for other in Self.published where other != name {
      #expect(try Self.refusal(Self.shared(other + ".lrat"), cnf) != nil, "\(other)")
    }
    #expect(try Self.refusal(Self.shared(name + ".drat"), cnf) != nil)
  }

  @Test(.enabled(if: SharedFiles.areHere, Comment(rawValue: SharedFiles.absence)))
  func `a published proof with one number changed is accepted only where its clauses follow`()
    throws
  {
    var (refused, proving) = (0, 0)
    for (number, name) in Self.published.enumerated() {
      let formula = try CNFFormula(Self.shared(name + ".cnf"))
      let lines = try Self.shared(name + ".lrat").split(separator: "\n").map {
        $0.split(separator: " ").map(String.init)
      }
      for attempt in 0..<60 {
        var generator = CounterGenerator(keys: 10, UInt64(number), UInt64(attempt))
        var mutant = lines
        let line = generator.integer(in: 0...lines.count - 1)
        let place = generator.integer(in: 0...lines[line].count - 1)
        guard let value = Int(lines[line][place]) else { continue }
        mutant[line][place] = "\(value + generator.integer(in: 1...9))"
        let text = mutant.map { $0.joined(separator: " ") }.joined(separator: "\n")
        let refusal = try Self.refusal(text, Self.shared(name + ".cnf"))
        if refusal == nil {
          var plain = PlainUnsatisfiability(formula)
          #expect(
            plain.accepts(try LRATProof(text)), "\(name), line \(line + 1), word \(place + 1)")
        }
        refused += refusal == nil ? 0 : 1
        proving += refusal == nil ? 1 : 0
      }
    }
    print("LRAT: \(refused) mutants refused, \(proving) are proofs all the same")
    #expect(refused > 200, "\(refused) and \(proving)")
  }
}
