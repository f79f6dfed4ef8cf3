import Foundation
import Logging
import Testing
import VerifierKit

@testable import Verifiers

/// The example of `docs/THIRD_PARTY_VERIFIER.md`, with a stub in the place of the package.
@Suite struct ReasoningGymPluginTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The plugin in a folder of its own, with files in the place of the package.
  private final class Plugin {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "hone-gym-\(UUID().uuidString)")

    init(package files: [String: String]) throws {
      let plugin = folder.appending(path: "reasoning-gym")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        at: ReasoningGymPluginTests.root.appending(path: "docs/examples/reasoning-gym"), to: plugin)
      try FileManager.default.copyItem(
        at: ReasoningGymPluginTests.root.appending(
          path: "Sources/Workbench/Templates/hone_verifier.py"),
        to: plugin.appending(path: "hone_verifier.py"))
      let package = plugin.appending(path: "packages/reasoning_gym")
      for (name, text) in files {
        try FileManager.default.createDirectory(at: package, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: package.appending(path: name))
      }
    }

    deinit {
      do {
        try FileManager.default.removeItem(at: folder)
      } catch {
        print("'\(folder.path)' is left behind: \(error)")
      }
    }

    func verdicts(_ asked: [(family: String, completion: String)]) async throws -> [NamedVerdict] {
      let judge = try Judge(
        terms: [RewardTerm(verifier: "reasoning-gym")], folders: [folder],
        log: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
      let judgements = try await judge.judge(
        asked.map { family, completion in
          JudgeRequest(
            problem: Problem(
              id: "p", prompt: "?", answer: "cat", metadata: ["source_dataset": .string(family)]),
            completion: completion)
        })
      await judge.shutDown()
      return judgements.compactMap(\.verdicts.first)
    }
  }

  /// What the plugin calls of the package, and the noise that packages make.
  private static let stub = [
    "__init__.py": """
    print("a banner that would break the protocol")
    def get_score_answer_fn(name):
        if name == "raises":
            def score_answer(answer, entry): raise RuntimeError("no answer")
        elif name == "words":
            def score_answer(answer, entry):
                return 1.0 if answer == entry["answer"] else 0.01
        else:
            raise ValueError(name)
        return score_answer
    """,
    "utils.py": """
    import re
    def extract_answer(completion):
        found = re.findall("<answer>(.*?)</answer>", completion, re.DOTALL)
        return found[-1].strip() if found else None
    """,
  ]

  @Test func `the package's own score decides`() async throws {
    let plugin = try Plugin(package: Self.stub)
    let verdicts = try await plugin.verdicts([
      ("words", "I say <answer> cat </answer>."), ("words", "cat\n"), ("words", "banana"),
      ("words", ""), ("raises", "cat"), ("golf", "cat"),
    ])
    #expect(verdicts.map(\.outcome) == [.passed, .passed, .wrong, .wrong, .unscored, .unscored])
    #expect(verdicts.map(\.score) == [1, 1, 0, 0, nil, nil])
    #expect(verdicts.last?.reason == "reasoning-gym has no family 'golf'")
  }

  @Test func `without the package nothing is scored, and the reason says why`() async throws {
    let plugin = try Plugin(package: ["__init__.py": "raise ImportError('not here')"])
    let verdicts = try await plugin.verdicts([("words", "cat"), ("words", "dog")])
    #expect(verdicts.map(\.outcome) == [.unscored, .unscored])
    #expect(
      verdicts.allSatisfy { $0.reason == "reasoning-gym cannot be imported: not here" },
      "\(verdicts)")
  }
}
