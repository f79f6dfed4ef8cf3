import Foundation
import Sandbox
import Testing
import VerifierKit

@testable import Verifiers

/// The example of `verifiers/README.md`, taken from the page.
@Suite struct VerifierGuideTests {
  private static let guide = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "verifiers/README.md")

  private func block(_ language: String, of text: String) throws -> String {
    let start = try #require(text.range(of: "```\(language)\n")).upperBound
    let end = try #require(text.range(of: "```", range: start..<text.endIndex)).lowerBound
    return String(text[start..<end])
  }

  @Test func `the example works as it is printed`() async throws {
    let text = try String(contentsOf: Self.guide, encoding: .utf8)
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "hone-guide-\(UUID().uuidString)")
    let plugin = folder.appending(path: "last-line")
    try FileManager.default.createDirectory(at: plugin, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try block("yaml", of: text).write(
      to: plugin.appending(path: "verifier.yaml"), atomically: true, encoding: .utf8)
    try block("python", of: text).write(
      to: plugin.appending(path: "main.py"), atomically: true, encoding: .utf8)

    let judge = try Judge(
      terms: [RewardTerm(verifier: "last-line", settings: ["ignoreCase": .bool(true)])],
      folders: [folder], executables: TestPlugin.executables, log: .silent)
    let problem = Problem(id: "p", prompt: "Capital of France?", answer: "Paris")
    let judgements = try await judge.judge([
      JudgeRequest(problem: problem, completion: "It is\nparis \n"),
      JudgeRequest(problem: problem, completion: ""),
      JudgeRequest(problem: Problem(id: "q", prompt: "?"), completion: "Paris"),
    ])
    await judge.shutDown()
    #expect(judgements.map { $0.verdicts[0].outcome } == [.passed, .wrong, .unscored])
    #expect(judgements.map(\.reward) == [1, 0, nil])
  }
}
