import TestPolicies
import TestSupport
import Testing
import Transformers

@testable import Policies

@Suite struct PackedGroupsTests {
  /// Groups of random sizes; some completions are empty, some groups have none.
  private func groups(seed: UInt64, count: Int = 9) -> [TokenGroup] {
    var numbers = TestNumbers(seed: seed)
    return (0..<count).map { _ in
      TokenGroup(
        prompt: (0...numbers.integer(below: 6)).map { _ in Int32(numbers.integer(below: 13)) },
        completions: (0..<numbers.integer(below: 6)).map { _ in
          (0..<numbers.integer(below: 9)).map { _ in Int32(numbers.integer(below: 14)) }
        })
    }
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>, [1, 5, 12, 30, 1000])
  func `lots hold each completion once, in order, within the budget`(seed: UInt64, budget: Int) {
    let groups = groups(seed: seed)
    let lots = PackedGroups.lots(of: groups, rowBudget: budget)
    var seen: [[Int]] = []
    for lot in lots {
      var rows = 0
      for part in lot {
        let completions = groups[part.group].completions[part.completions]
        rows += TokenGroup(prompt: groups[part.group].prompt, completions: Array(completions)).rows
        seen += part.completions.map { [part.group, $0] }
      }
      #expect(rows == PackedGroups(groups, parts: lot).rows.count)
      let isOne = lot.count == 1 && lot[0].completions.count <= 1
      #expect(rows <= budget || isOne, "\(rows) rows of \(budget) for more than one completion")
    }
    #expect(seen == groups.indices.flatMap { g in groups[g].completions.indices.map { [g, $0] } })
  }

  @Test func `the last prompt row and each token but the last predict`() {
    let groups = [
      TokenGroup(prompt: [1, 2], completions: [[3, 4, 13], [], [13]]),
      TokenGroup(prompt: [5], completions: [[6]]),
    ]
    let packed = PackedGroups(groups, parts: [(0, 0..<3), (1, 0..<1)])
    #expect(packed.rows.tokens == [1, 2, 3, 4, 5])
    #expect(packed.targets.rows == [1, 2, 3, 1, 4])
    #expect(packed.targets.tokens == [3, 4, 13, 13, 6])
    #expect(packed.completions == [0..<3, 3..<3, 3..<4, 4..<5])
  }

  @Test(arguments: [1, 7, 20])
  func `scores do not depend on the budget`(budget: Int) throws {
    let policy = try SmallPolicy.make()
    let groups = groups(seed: 3)
    let whole = policy.score(groups, temperature: 0.9, rowBudget: 10_000)
    let split = policy.score(groups, temperature: 0.9, rowBudget: budget)
    for (group, pair) in zip(groups, zip(whole, split)) {
      #expect(pair.0.count == group.completions.count && pair.1.count == group.completions.count)
      for (tokens, scores) in zip(group.completions, zip(pair.0, pair.1)) {
        #expect(scores.0.logProbs.count == tokens.count)
        #expect(scores.0.entropies.count == tokens.count)
        expectClose(scores.1.logProbs, scores.0.logProbs, .accumulated(terms: 32))
        expectClose(scores.1.entropies, scores.0.entropies, .accumulated(terms: 32))
      }
    }
  }
}
