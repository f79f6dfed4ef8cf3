import FactTables
import Foundation
import Settings
import TestSupport
import Testing
import VerifierKit

@testable import Tasks

@Suite struct FactGeneratorTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(
      "key,keyAliases,relation,value,aliases,asOf\n"
        + (0..<100).map { "Name \($0),N\($0),code,C\($0),,\n" }.joined()
        + "Name 0,,code,Old,,/1990\nTwo,,town,East,Ost,\nTwo,,town,West,,\nToo,,town,East,,\n",
      to: "facts/table.csv")
    try folder.write(
      """
      generator: facts
      settings: { table: table.csv, heldOutFacts: 0.3 }
      families:
        code: { relation: code, trained: ["{key}: ", "code of {key}? "], unseen: ["{key} has "] }
        name: { relation: code, direction: reverse, trained: ["who has {key}? "], unseen: ["{key}! "] }
        town: { relation: town, trained: ["town of {key}? "], unseen: ["where is {key}? "] }
        of: { relation: town, direction: reverse, trained: ["of {key}? "], unseen: ["whose {key}? "] }
      """, to: "facts/task.yaml")
  }

  private func set(_ split: String) throws -> TaskSet {
    try TaskCatalog.load("facts/\(split)", in: [folder.url])
  }

  private func keys(_ set: TaskSet, _ family: String) -> Set<String> {
    Set(set.problems.filter { $0.id.hasPrefix(family + "/") }.compactMap(\.key))
  }

  @Test func `the splits tell three kinds of recall apart`() throws {
    let train = try set("train")
    let facts = try set("facts")
    let phrasings = try set("phrasings")
    let shown = keys(train, "code")
    let hidden = keys(facts, "code")
    #expect(shown.isDisjoint(with: hidden))
    #expect(shown.count + hidden.count == 100)
    #expect((15...45).contains(hidden.count))
    #expect(keys(phrasings, "code") == shown)
    let prompts = Set(train.problems.map(\.prompt))
    #expect(prompts.isDisjoint(with: phrasings.problems.map(\.prompt)))
    #expect(prompts.isDisjoint(with: facts.problems.map(\.prompt)))
  }

  @Test func `a fact is held out in both directions`() throws {
    func number(_ text: String) -> String { text.filter(\.isNumber) }
    let forward = Set(keys(try set("facts"), "code").map(number))
    let reverse = Set(keys(try set("facts"), "name").map(number))
    #expect(forward == reverse)
  }

  @Test func `one split has all three kinds, each fact once a kind`() throws {
    let recall = try set("recall")
    let families = Dictionary(grouping: recall.problems) { $0.metadata["family"] }
    #expect(
      Set(families.keys)
        == Set(["trained facts", "unseen phrasings", "unseen facts"].map { .string($0) }))
    #expect(
      families[.string("trained facts")]?.count == families[.string("unseen phrasings")]?.count)
    let asked = try set("train").problems.map(\.prompt)
    for problem in families[.string("trained facts")] ?? [] {
      #expect(asked.contains(problem.prompt))
    }
  }

  @Test func `each trained problem is demonstrated by its answer`() throws {
    let train = try set("train")
    #expect(train.demonstrations.map(\.problem) == train.problems)
    #expect(train.demonstrations.allSatisfy { $0.completion == $0.problem.answer })
  }

  @Test func `aliases and further values go along, and what has ended does not`() throws {
    let problems = try (set("train").problems + set("facts").problems)
    let town = try #require(problems.first { $0.prompt == "town of Two? " })
    #expect(town.answer == "East")
    #expect(town.metadata["aliases"] == .array([.string("Ost")]))
    #expect(town.metadata["answers"] == .array([.array([.string("West")])]))
    #expect(!problems.contains { $0.answer == "Old" })
    let name = try #require(problems.first { $0.prompt == "who has C7? " })
    #expect(name.metadata["aliases"] == .array([.string("N7")]))
  }

  @Test(arguments: [
    ("families: { a: { relation: size, trained: ['{key}'], unseen: ['{key}?'] } }", "'size'"),
    (
      "families: { a: { relation: code, trained: ['x'], unseen: ['{key}?'] } }", "{key} stands once"
    ),
    ("families: { a: { relation: code, trained: ['{key}'], unseen: [] } }", "at least one"),
    ("families: { a: { relation: code, trained: ['{key}'], unseen: ['{key}'] } }", "there once"),
    ("families: { a: { trained: ['{key}'], unseen: ['{key}?'] } }", "one of the table's relations"),
    ("families: { a: { relation: code, size: 1 } }", "size"), ("families: {}", "families"),
  ])
  func `a family that cannot be is refused`(families: String, message: String) throws {
    try folder.write(
      "generator: facts\nsettings: { table: table.csv }\n\(families)\n", to: "facts/task.yaml")
    let error = try #require(throws: (any Error).self) { try set("train") }
    #expect("\(error)".contains(message), "\(error)")
  }

  @Test(arguments: ["table: ../t.csv", "table: ''", "table: t.csv, heldOutFacts: 1"])
  func `settings that cannot be are refused`(settings: String) throws {
    try folder.write(
      """
      generator: facts
      settings: { \(settings) }
      families: { a: { relation: code, trained: ["{key}"], unseen: ["{key}?"] } }
      """, to: "facts/task.yaml")
    #expect(throws: SettingsError.self) { try set("train") }
  }
}

extension Problem {
  fileprivate var key: String? {
    if case .string(let key)? = metadata["key"] { key } else { nil }
  }
}
