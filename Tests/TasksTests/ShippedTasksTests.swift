import FactTables
import Foundation
import Tasks
import Testing
import Tokenizers
import VerifierKit

/// The tasks that come with the house, in its folder `tasks`.
@Suite struct ShippedTasksTests {
  private let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func load(_ reference: String) throws -> TaskSet {
    try TaskCatalog.load(reference, in: [root.appending(path: "tasks")])
  }

  private func numbers(_ text: String) -> [Int] {
    text.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
  }

  @Test func `running totals are five digits with their sums so far`() throws {
    let training = try load("running-totals/train")
    #expect(training.problems.count == 20_000)
    #expect(training.demonstrations.count == 2_000)
    var digits: [Int: Int] = [:]
    for demonstration in training.demonstrations {
      let operands = numbers(demonstration.problem.prompt)
      let sum = operands.map(String.init).joined(separator: "+")
      #expect(demonstration.problem.prompt == sum + "=")
      #expect(operands.count == 5 && operands.allSatisfy((1...9).contains))
      let totals = (2...5).map { operands.prefix($0).reduce(0, +) }
      #expect(demonstration.completion == totals.map(String.init).joined(separator: ","))
      #expect(demonstration.problem.answer == "\(totals[3])")
      for digit in operands { digits[digit, default: 0] += 1 }
    }
    // Each of nine digits in 10,000 places: 1,111 expected, with a deviation of 31.
    #expect(digits.values.allSatisfy { (950...1270).contains($0) }, "\(digits)")
    let heldOut = try load("running-totals/heldout")
    #expect(heldOut.problems.count == 500)
    let seen = Set((training.problems + training.demonstrations.map(\.problem)).map(\.prompt))
    #expect(seen.count == 22_000)
    #expect(seen.isDisjoint(with: heldOut.problems.map(\.prompt)))
  }

  @Test func `arithmetic has four families in equal shares, answered with the question`() throws {
    let training = try load("arithmetic/train")
    let heldOut = try load("arithmetic/heldout")
    func families(_ problems: [Problem]) -> [Int] {
      Dictionary(grouping: problems) { $0.metadata["family"] }.values.map(\.count)
    }
    #expect(families(training.problems) == [600, 600, 600, 600])
    #expect(families(training.demonstrations.map(\.problem)) == [24, 24, 24, 24])
    #expect(families(heldOut.problems) == [100, 100, 100, 100])
    for problem in training.problems + heldOut.problems {
      let words = problem.prompt.split(separator: " ")
      try #require(words.count == 4 && words[3] == "=", "\(problem.prompt)")
      let (left, right) = (try #require(Int(words[0])), try #require(Int(words[2])))
      let value = words[1] == "+" ? left + right : words[1] == "-" ? left - right : left * right
      #expect(problem.answer == "\(value)" && value >= 0)
    }
    for demonstration in training.demonstrations {
      let problem = demonstration.problem
      #expect(demonstration.completion == "\(problem.prompt) \(problem.answer ?? "")")
    }
    func keys(_ problems: [Problem]) -> Set<String> {
      Set(problems.map { "\(numbers($0.prompt).sorted()) \($0.prompt.filter("+-*".contains))" })
    }
    let seen = keys(training.problems + training.demonstrations.map(\.problem))
    #expect(seen.count == 2_496 && seen.isDisjoint(with: keys(heldOut.problems)))
  }

  @Test func `arithmetic-steps asks what arithmetic asks, and works it out line by line`() throws {
    for split in ["train", "heldout"] {
      #expect(
        try load("arithmetic-steps/\(split)").problems == load("arithmetic/\(split)").problems)
    }
    let demonstrations = try load("arithmetic-steps/train").demonstrations
    #expect(demonstrations.count == 96)
    for demonstration in demonstrations {
      let lines = demonstration.completion.split(separator: "\n")
      #expect(lines.last?.hasSuffix("= \(demonstration.problem.answer ?? "")") == true)
      for line in lines {
        let words = line.split(separator: " ")
        try #require(words.count == 5 && words[3] == "=", "\(line)")
        let (left, right) = (try #require(Int(words[0])), try #require(Int(words[2])))
        let value = words[1] == "+" ? left + right : words[1] == "-" ? left - right : left * right
        #expect(words[4] == "\(value)")
      }
    }
  }

  @Test func `the elements are 118, each with its own number and symbol`() throws {
    var values: [String: Set<String>] = [:]
    var keys: Set<String> = []
    try FactTableFile(root.appending(path: "tasks/elements/elements.csv")).read { row, _ in
      values[row.relation, default: []].insert(row.value)
      keys.insert(row.key)
    }
    #expect(keys.count == 118)
    #expect(values["number"] == Set((1...118).map { "\($0)" }))
    #expect(values["symbol"]?.count == 118)
  }

  @Test func `the elements are asked in characters that the embedded policy has`() throws {
    let known = Set("0123456789+-*/=(),. \nabcdefghijklmnopqrstuvwxyzA:?#!'\";%<>[]_^$")
    for split in ["train", "phrasings", "facts", "recall"] {
      for problem in try load("elements/\(split)").problems {
        #expect((problem.prompt + (problem.answer ?? "")).allSatisfy(known.contains))
        #expect(problem.prompt.count <= 32)
      }
    }
  }

  @Test func `each state has a capital that holds now, and no two of one name differ`() throws {
    let problems =
      try load("capitals/train").problems + load("capitals/facts").problems
    let forward = problems.filter { $0.metadata["direction"] == .string("forward") }
    #expect(Set(forward.compactMap { $0.metadata["key"] }).count == 197)
    let byPrompt = Dictionary(grouping: problems, by: \.prompt)
    #expect(byPrompt.values.allSatisfy { $0.count == 1 })
    let bolivia = try #require(forward.first { $0.prompt.contains("Bolivia") })
    #expect(bolivia.answer == "Sucre")
    #expect(bolivia.metadata["answers"] == .array([.array([.string("La Paz")])]))
    #expect(!problems.contains { $0.answer == "Nur-Sultan" || $0.prompt.contains("Nur-Sultan") })
  }

  @Test(arguments: [
    ("countdown", [4_000, 200, 400], 4), ("numbers", [3_000, 150, 300], 5),
    ("words", [5_000, 250, 500], 10), ("scratchpad", [9_000, 3_000, 300], 3),
    ("word-problems", [3_000, 150, 300], 3),
  ])
  func `puzzles have all their families, each problem once, and none on both sides`(
    task: String, counts: [Int], families: Int
  ) throws {
    let (training, heldOut) = (try load("\(task)/train"), try load("\(task)/heldout"))
    #expect(
      [training.problems.count, training.demonstrations.count, heldOut.problems.count] == counts)
    for problems in [training.problems, heldOut.problems] {
      #expect(Set(problems.map { $0.metadata["family"] }).count == families)
    }
    let seen = (training.problems + training.demonstrations.map(\.problem)).map(\.prompt)
    #expect(Set(seen).count == seen.count)
    #expect(Set(seen).isDisjoint(with: heldOut.problems.map(\.prompt)))
  }

  @Test func `a few problems of a mixed set are of nearly all its families`() throws {
    let set = try load("words/heldout")
    for count in [10, 20, 50] {
      let few = set.spread(count).problems
      #expect(Set(few.map(\.id)).count == count)
      #expect(Set(few.map { $0.metadata["family"] }).count >= 6)
    }
    #expect(set.spread(1_000).problems == set.problems)
  }

  @Test func `scratchpads are written in the embedded policy's characters, and fit it`() throws {
    let alphabet = Set(CharacterTokenizer.standard.characters)
    for demonstration in try load("scratchpad/train").demonstrations {
      let text = demonstration.problem.prompt + demonstration.completion
      #expect(text.unicodeScalars.allSatisfy(alphabet.contains), "\(text)")
      // 256 positions, the end of the completion included.
      #expect(text.unicodeScalars.count < 256, "\(text)")
    }
  }

  // What a run was trained on is part of its record: a set may not change by chance.
  @Test(arguments: [
    (
      "running-totals/heldout",
      "9196400522f15a3ec5dbe08f1982de21e976845ff15be6c49b221a141f756ec5"
    ),
    ("arithmetic/train", "e7a15d5cd7d4dfda8e65cc81c023b072c66e30f7f7e773af911151d7f55cebc0"),
    ("arithmetic/heldout", "792ad9cf42fa67d5eb7bdf3162efc20efc1f03b32b25aa2be920ea4b194ae87b"),
    ("elements/train", "827a2a44feade0e6139189701da8694ccd54203f3b0e1c061e66fa2b0eaff734"),
    ("elements/recall", "7e66cdbecba18e88dff9f6d03556eb229b7da4f52df11535d7b845566f20dc2a"),
    ("capitals/recall", "b36f153377ca90258ff0826abc760acfc7e82e1a4a7a8e3734c413753ef09e35"),
    ("countdown/heldout", "76b559fc91c75b8f14c8e35f0da8a9add47b41a7cf02bc556296e4e3069fdaef"),
    ("numbers/heldout", "e434db545b89fdbaeb5ec670191bbbd3a6182bf10687fb914557469c30575408"),
    ("words/heldout", "26e0160b6c16b2fca8b499e56ee6dc9bfe5dcbd81c87f3df6eacd0adee709b4d"),
    ("scratchpad/heldout", "970d5625a7559f895d210d69d54663375d27097e7f67d8012f981bd1089a9a8d"),
    ("word-problems/heldout", "cd2d7dbe80a5678105c0c695c2c9bc28f7af586b5a5dd407bc7879d1191d874f"),
    ("propositional/train", "3c913320f10f58d940c78e7852d0f05c2cccf0428ba9f7d45cf7ac4a72a04cb7"),
    ("propositional/heldout", "231156e5c61a8d56018d2477c1ad412d2018d1788a5cd590d3a51478049bc675"),
  ])
  func `a shipped set is the same on every machine`(reference: String, digest: String) throws {
    let actual = try load(reference).digest
    #expect(actual == digest)
  }
}
