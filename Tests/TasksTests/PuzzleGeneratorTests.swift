import Settings
import Testing
import VerifierKit

@testable import Tasks

@Suite struct PuzzleGeneratorTests {
  private func set(
    _ kind: PuzzleKind, _ level: Int, _ split: GeneratedSplit, seed: UInt64 = 1,
    change: (inout PuzzleSettings) -> Void = { _ in }
  ) throws -> TaskSet {
    var settings = PuzzleSettings()
    (settings.trainingProblems, settings.heldOutProblems) = (80, 12)
    (settings.demonstrations, settings.seed) = (20, seed)
    (settings.heldOutShare, settings.steps) = (0.2, .intermediate)
    change(&settings)
    var family = PuzzleFamily()
    (family.kind, family.level) = (kind, level)
    return try PuzzleGenerator(settings, families: [("family", family)])
      .taskSet("\(kind)/\(split)", split)
  }

  /// Each kind at its easiest and hardest.
  static let ends = PuzzleKind.allCases.flatMap { kind in
    [(kind, kind.levels.lowerBound), (kind, kind.levels.upperBound)]
  }

  @Test(arguments: ends)
  func `the same settings give the same set, another seed another one`(
    kind: PuzzleKind, level: Int
  ) throws {
    for split in GeneratedSplit.allCases {
      #expect(try set(kind, level, split).digest == set(kind, level, split).digest)
      #expect(try set(kind, level, split).digest != set(kind, level, split, seed: 2).digest)
    }
  }

  @Test(arguments: ends)
  func `no problem is there twice, and none on both sides under any seed`(
    kind: PuzzleKind, level: Int
  ) throws {
    var sides: [Set<String>] = [[], []]
    for seed in [1, 2] as [UInt64] {
      for (side, split) in GeneratedSplit.allCases.enumerated() {
        let set = try set(kind, level, split, seed: seed)
        let prompts = (set.problems + set.demonstrations.map(\.problem)).map(\.prompt)
        #expect(Set(prompts).count == prompts.count)
        sides[side].formUnion(prompts)
      }
    }
    #expect(sides[0].isDisjoint(with: sides[1]))
  }

  @Test func `an order of the same elements is on the side of the others`() throws {
    for kind in [PuzzleKind.sorting, .wordSorting, .countdown] {
      func keys(_ split: GeneratedSplit) throws -> Set<String> {
        // Small sets would share nothing by chance.
        let set = try set(kind, 1, split) {
          ($0.wording, $0.trainingProblems, $0.heldOutProblems) = (.short, 1_200, 200)
        }
        return Set(
          set.problems.map { problem -> String in
            let words = problem.prompt.dropLast().split(separator: " ").map(String.init)
            // The target is the last word, the direction the first.
            if kind == .countdown {
              return "\(Array(words.dropLast()).sorted()) \(words[words.count - 1])"
            }
            return "\(words[0]) \(Array(words.dropFirst()).sorted())"
          })
      }
      #expect(try keys(.train).isDisjoint(with: keys(.heldout)), "\(kind)")
    }
  }

  @Test func `a problem says its kind, its level and how its answer is read`() throws {
    for (kind, level) in Self.ends {
      for problem in try set(kind, level, .heldout).problems {
        #expect(problem.metadata["kind"] == .string(kind.rawValue))
        #expect(problem.metadata["level"] == .number(Double(level)))
        #expect(problem.metadata["family"] == .string("family"))
      }
    }
    let sorting = try #require(try set(.sorting, 1, .heldout).problems.first)
    #expect(sorting.metadata["answerForm"] == .string("list"))
    let remainder = try #require(try set(.remainder, 1, .heldout).problems.first)
    #expect(remainder.metadata["answerForm"] == nil)
  }

  @Test func `a demonstration ends with the answer, behind a marker in questions`() throws {
    for (kind, level) in Self.ends {
      for demonstration in try set(kind, level, .train).demonstrations {
        let last = demonstration.completion.split(separator: "\n").last
        #expect(last.map(String.init) == "Answer: \(demonstration.problem.answer ?? "")")
      }
      let short = try set(kind, level, .train) { ($0.wording, $0.steps) = (.short, .direct) }
      for demonstration in short.demonstrations {
        #expect(demonstration.completion == demonstration.problem.answer)
      }
    }
  }

  @Test func `a level that a kind does not have is refused`() {
    for kind in PuzzleKind.allCases {
      for level in [0, kind.levels.upperBound + 1] {
        var family = PuzzleFamily()
        (family.kind, family.level) = (kind, level)
        let error = #expect(throws: InvalidSetting.self) { try family.validate() }
        #expect(error?.description.contains("\(kind) has the levels \(kind.levels)") == true)
      }
    }
  }
}
