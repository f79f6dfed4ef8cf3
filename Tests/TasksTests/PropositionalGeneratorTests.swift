import Foundation
import PropositionalLogic
import Randomness
import Settings
import Testing
import VerifierKit

@testable import Tasks

@Suite struct PropositionalGeneratorTests {
  private func generator(
    seed: UInt64 = 1, problems: Int = 60, _ change: (inout PropositionalFamily) -> Void = { _ in }
  ) throws -> PropositionalGenerator {
    var settings = PropositionalSettings()
    settings.trainingProblems = problems
    settings.heldOutProblems = 20
    settings.demonstrations = 20
    settings.seed = seed
    settings.heldOutShare = 0.2
    var family = PropositionalFamily()
    family.detachments = 5
    change(&family)
    return try PropositionalGenerator(settings, families: [("theorems", family)])
  }

  @Test func `each problem has a proof, which is not in its prompt`() throws {
    let set = try generator().taskSet("t", .train)
    #expect(set.problems.count == 60 && set.demonstrations.count == 20)
    for problem in set.problems + set.demonstrations.map(\.problem) {
      guard case .string(let text)? = problem.metadata["theorem"] else {
        Issue.record("\(problem.id) has no theorem")
        continue
      }
      let theorem = try PropositionalFormula(text)
      let proof = try #require(problem.answer)
      #expect(CondensedDetachment.standard.proves(proof, theorem))
      #expect(try CondensedDetachment.standard.conclusion(of: proof, limit: 25) == theorem)
      #expect(proof.count == 11 && proof.count { $0 == "D" } == 5)
      #expect(problem.prompt.contains("Write a proof of \(text), and nothing else."))
      #expect(!problem.prompt.contains(proof))
      #expect(theorem.symbols.count <= 25)
      for known in ["1", "2", "3", "DD211"] {
        #expect(!CondensedDetachment.standard.proves(known, theorem), "\(text)")
      }
    }
    for demonstration in set.demonstrations {
      #expect(demonstration.completion == demonstration.problem.answer)
    }
  }

  @Test func `no theorem is there twice, or on both sides`() throws {
    var sides: [Set<String>] = []
    for split in GeneratedSplit.allCases {
      let set = try generator().taskSet("t", split)
      let all = set.problems + set.demonstrations.map(\.problem)
      sides.append(Set(all.map(\.prompt)))
      #expect(sides.last?.count == all.count)
    }
    #expect(sides[0].isDisjoint(with: sides[1]))
    let other = try generator(seed: 2).taskSet("t", .train)
    #expect(sides[1].isDisjoint(with: other.problems.map(\.prompt)))
  }

  @Test func `a larger set begins with the smaller one`() throws {
    let small = try generator().taskSet("t", .train).problems
    let large = try generator(problems: 90).taskSet("t", .train).problems
    #expect(Array(large.prefix(60)) == small)
  }

  @Test func `a family without enough theorems says so`() throws {
    let poor = try generator { $0.detachments = 2 }
    #expect(throws: TaskError.self) { try poor.taskSet("t", .train) }
  }

  @Test func `settings that cannot be are refused by their key`() throws {
    var family = PropositionalFamily()
    family.detachments = 8
    let error = try #require(throws: InvalidSetting.self) { try family.validate() }
    #expect(error.key == "detachments" && error.value == "8")
    #expect(throws: InvalidSetting.self) {
      try PropositionalGenerator(PropositionalSettings(), families: [])
    }
    #expect(throws: InvalidSetting.self) {
      try PropositionalGenerator(
        PropositionalSettings(), families: [("a", family), ("b", family)])
    }
  }

  @Test func `the set that comes with the house has what it says`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "tasks")
    let training = try TaskCatalog.load("propositional/train", in: [root])
    let heldOut = try TaskCatalog.load("propositional/heldout", in: [root])
    #expect(training.problems.count == 500 && training.demonstrations.count == 100)
    #expect(heldOut.problems.count == 50)
    let seen = (training.problems + training.demonstrations.map(\.problem)).map(\.prompt)
    #expect(Set(seen).count == 600 && Set(seen).isDisjoint(with: heldOut.problems.map(\.prompt)))
  }
}
