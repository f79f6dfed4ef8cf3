import Foundation
import Testing
import VerifierKit

@testable import Verifiers

@Suite struct CompositeVerifierTests {
  /// Gives the outcome and score that the completion holds under the setting's key.
  private static let puppet = """
    outcome, score = json.loads(text)[settings["key"]]
    answer = {"id": question["id"], "outcome": outcome, "reason": settings["key"], "answer": "x"}
    if score is not None:
        answer["score"] = score
    say(answer)
    """

  /// A folder of plugins with a composite of the puppet.
  private static func folder(_ manifest: String) throws -> TestPlugin {
    let plugin = try TestPlugin(answering: puppet, settings: "{ key: a }")
    let folder = plugin.folder.appending(path: "whole")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try ("name: whole\nprotocol: 1\nsummary: All.\n" + manifest)
      .write(to: folder.appending(path: "verifier.yaml"), atomically: true, encoding: .utf8)
    return plugin
  }

  private static let parts = """
    parts:
      - { verifier: test-plugin, weight: 3 }
      - { verifier: test-plugin, weight: 1, onlyIf: passed, settings: { key: b } }
    """

  @Test func `the members of a reward are its verifiers and their parts`() throws {
    let plugin = try Self.folder(Self.parts)
    defer { withExtendedLifetime(plugin) {} }
    let members = try VerifierCatalog.members(
      of: [RewardTerm(verifier: "whole")], in: [plugin.folder])
    #expect(members == ["whole", "test-plugin"])
  }

  @Test func `whatever lies in a plugin's folder is part of its digest`() throws {
    let plugin = try Self.folder(Self.parts)
    defer { withExtendedLifetime(plugin) {} }
    func digest() throws -> String {
      try VerifierDigest.hexadecimal(
        of: [RewardTerm(verifier: "whole")], folders: [plugin.folder],
        executables: TestPlugin.executables)
    }
    let part = plugin.folder.appending(path: "test-plugin")
    var digests = [try digest()]
    try Data("a".utf8).write(to: part.appending(path: "cases.jsonl"))
    digests.append(try digest())
    let link = part.appending(path: "table").path
    for target in ["one.csv", "two.csv"] {
      if target == "two.csv" { try FileManager.default.removeItem(atPath: link) }
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
      digests.append(try digest())
    }
    #expect(Set(digests).count == 4)
    #expect(try digest() == digests.last)
  }

  private func judge(
    _ plugin: TestPlugin, settings: [String: JSONValue] = [:]
  ) throws -> Judge {
    try Judge(
      terms: [RewardTerm(verifier: "whole", weight: 2, settings: settings)], workers: 1,
      folders: [plugin.folder], executables: TestPlugin.executables, log: .silent)
  }

  @Test func `parts are weighed, gated, and kept`() async throws {
    let plugin = try Self.folder(Self.parts)
    defer { withExtendedLifetime(plugin) {} }  // its folder goes with it
    let judge = try judge(plugin)
    let judgements = try await judge.judge(
      [
        #"{"a":["passed",1],"b":["passed",1]}"#, #"{"a":["passed",1],"b":["wrong",0]}"#,
        #"{"a":["wrong",0]}"#,  // asking for b would break the plugin
        #"{"a":["wrong",0.5]}"#, #"{"a":["passed",1],"b":["unscored",null]}"#,
        #"{"a":["unscored",null]}"#,
      ].map(request))
    await judge.shutDown()
    #expect(judgements.map(\.reward) == [2, 1.5, 0, 0.75, nil, nil])
    let verdicts = judgements.compactMap(\.verdicts.first)
    #expect(verdicts.map(\.verifier) == Array(repeating: "whole", count: 6))
    #expect(verdicts.map(\.outcome) == [.passed, .passed, .wrong, .wrong, .unscored, .unscored])
    #expect(
      verdicts.map(\.reason) == [
        "every part passed", "test-plugin: b", "test-plugin: a", "test-plugin: a",
        "test-plugin: b", "test-plugin: a",
      ])
    #expect(
      verdicts.map { $0.parts?.map(\.reason) } == [
        ["a", "b"], ["a", "b"], ["a"], ["a"], ["a", "b"], ["a"],
      ])
    #expect(verdicts.allSatisfy { $0.answer == "x" && $0.fault == nil })
    let data = try JSONEncoder().encode(judgements[0])
    #expect(try JSONDecoder().decode(Judgement.self, from: data) == judgements[0])
  }

  @Test func `a setting of a part is overridden by its name`() async throws {
    let plugin = try Self.folder(Self.parts)
    defer { withExtendedLifetime(plugin) {} }
    let judge = try judge(plugin, settings: ["test-plugin.key": .string("c")])
    let judgements = try await judge.judge([request(#"{"c":["passed",1]}"#)])
    await judge.shutDown()
    #expect(judgements.map(\.reward) == [2])
  }

  @Test func `the failure of a part is the whole's`() async throws {
    let plugin = try Self.folder(Self.parts)
    defer { withExtendedLifetime(plugin) {} }  // its folder goes with it
    let judge = try judge(plugin)
    let judgements = try await judge.judge([request("no JSON")])
    let disabled = judge.disabled.map(\.verifier)
    await judge.shutDown()
    #expect(judgements.map(\.reward) == [nil])
    #expect(judgements[0].verdicts.first?.fault == .died)
    #expect(judge.failures.count >= 1 && Set(disabled).isSubset(of: ["test-plugin"]))
  }

  @Test(arguments: [
    ("parts: []", "'parts' must be a list of 1...16 mappings"),
    ("parts: 3", "'parts' must be a list of mappings"),
    ("parts: [a]", "'parts.0' must be a mapping"),
    ("parts: [{ weight: 1 }]", "'parts.0.verifier' is missing"),
    ("parts: [{ verifier: test-plugin, wait: 1 }]", "'parts.0.wait' is unknown"),
    ("parts: [{ verifier: test-plugin, onlyIf: wrong }]", "must be passed or always"),
    ("parts: [{ verifier: test-plugin, weight: heavy }]", "'parts.0.weight' must be a number"),
    ("parts: [{ verifier: test-plugin }]\ncommand: [x]", "'command' is unknown"),
    ("parts: [{ verifier: test-plugin }]\nlimits: {}", "'limits' is unknown"),
    ("parts: [{ verifier: test-plugin, onlyIf: passed }]", "without 'onlyIf: passed'"),
    (
      "parts: [{ verifier: test-plugin }, { verifier: test-plugin, weight: -1 }]",
      "'parts.1.weight' must be a number in 0.0...1000000.0"
    ),
    ("parts: [{ verifier: test-plugin, weight: 0 }]", "no part of 'whole' has a weight above 0"),
    ("parts: [{ verifier: nobody }]", "There is no verifier 'nobody'"),
    ("parts: [{ verifier: whole }]", "which has parts itself"),
    ("parts: [{ verifier: test-plugin, settings: { kee: 1 } }]", "no setting 'kee'"),
  ])
  func `a composite that cannot be used is refused`(manifest: String, message: String) throws {
    let plugin = try Self.folder(manifest)
    let error = try #require(throws: VerifierError.self) { try judge(plugin) }
    #expect(error.description.contains(message), "\(error)")
  }

  @Test func `a setting that no part has is refused, naming those there are`() throws {
    let plugin = try Self.folder(Self.parts)
    for setting in ["key", "test-plugin.kee", "other.key"] {
      let error = try #require(throws: VerifierError.self) {
        try judge(plugin, settings: [setting: .null])
      }
      #expect(
        error
          == .unknownSetting(verifier: "whole", setting: setting, known: ["test-plugin.key"]))
    }
  }
}
