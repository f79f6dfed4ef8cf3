import Foundation
import Testing
import VerifierKit
import Verifiers

@testable import Workbench

@Suite(.serialized) struct VerifierScaffoldTests {
  /// A folder of plugins that goes with the value.
  private final class Folder {
    let url = FileManager.default.temporaryDirectory
      .appending(path: "hone-scaffold-\(UUID().uuidString)")

    deinit {
      if FileManager.default.fileExists(atPath: url.path) {
        do {
          try FileManager.default.removeItem(at: url)
        } catch {
          print("'\(url.path)' is left behind: \(error)")
        }
      }
    }
  }

  @Test(arguments: [VerifierScaffold.Language.python, .shell])
  func `a new plugin keeps all promises as it is`(language: VerifierScaffold.Language) async throws
  {
    let folder = Folder()
    let own = try VerifierScaffold("my-checker", language: language, in: folder.url).write()
    let manifest = try VerifierCatalog.find("my-checker", in: [folder.url])
    let report = try await VerifierCheck(manifest, log: .silent).run()
    #expect(report.passed, "\(report.text)")
    #expect(report.rows.count >= 10)
    let guide = try String(contentsOf: own.appending(path: "README.md"), encoding: .utf8)
    #expect(guide.contains("hone verifier check my-checker"))
    for name in try FileManager.default.subpathsOfDirectory(atPath: own.path) {
      let text = try String(contentsOf: own.appending(path: name), encoding: .utf8)
      #expect(!text.contains(/@[A-Z]+@/), "\(name)")
    }
  }

  @Test func `a plugin in Swift is a package on the checkout`() throws {
    let folder = Folder()
    let scaffold = try VerifierScaffold("my-checker", language: .swift, in: folder.url)
    let own = try scaffold.write()
    let package = try String(contentsOf: own.appending(path: "Package.swift"), encoding: .utf8)
    let path = try #require(package.firstMatch(of: #/path: "(\/[^"]+)"/#)?.output.1)
    #expect(FileManager.default.fileExists(atPath: "\(path)/Sources/VerifierKit"))
    #expect(
      scaffold.nextSteps.dropLast().last?.hasPrefix("swift build -c release --package-path") == true
    )
    // It is not built yet, and that is said.
    let manifest = try VerifierCatalog.find("my-checker", in: [folder.url])
    let error = try #require(throws: VerifierError.self) {
      try manifest.checkCommand(beside: VerifierCatalog.executableFolder)
    }
    #expect(error.description.contains("there is no file"), "\(error)")
  }

  @Test(arguments: ["", "../x", "a/b", "My-checker", "-x", "a b", "é", "sdk", "."])
  func `a bad name is refused`(name: String) {
    let folder = Folder()
    #expect(throws: ScaffoldError.unusableName(name: name)) {
      try VerifierScaffold(name, language: .python, in: folder.url)
    }
    #expect(!FileManager.default.fileExists(atPath: folder.url.path))
  }

  @Test func `the names of the house's verifiers are kept for them`() throws {
    let house = VerifierCatalog.executableFolder
    let names = VerifierCatalog.plugins().map(\.lastPathComponent)
    #expect(VerifierScaffold.houseNames.isSubset(of: names), "\(names) beside \(house.path)")
    let folder = Folder()
    for name in VerifierScaffold.houseNames {
      #expect(throws: ScaffoldError.nameOfTheHouse(name: name)) {
        try VerifierScaffold(name, language: .python, in: folder.url)
      }
    }
  }

  @Test func `the next steps lead to a plugin that lies elsewhere`() throws {
    let folder = Folder()
    let home = try VerifierScaffold(
      "near", language: .python, in: folder.url.appending(path: "verifiers"))
    #expect(
      home.nextSteps == ["export HONE_HOME=\(folder.url.path)", "hone verifier check near"])
    let guide = try home.write().appending(path: "README.md")
    #expect(
      try String(contentsOf: guide, encoding: .utf8).contains("export HONE_HOME=\(folder.url.path)")
    )
    let away = try VerifierScaffold(
      "far", language: .python, in: folder.url.appending(path: "my x"))
    #expect(
      away.nextSteps == [
        "mkdir -p verifiers && mv '\(folder.url.path)/my x/far' verifiers/",
        "hone verifier check far",
      ])
    let found = try #require(VerifierCatalog.folders().first)
    let here = try VerifierScaffold("here", language: .python, in: found)
    #expect(here.nextSteps == ["hone verifier check here"])
  }

  @Test func `what is there is not written over, and no draft is left`() throws {
    let folder = Folder()
    let own = try VerifierScaffold("taken", language: .shell, in: folder.url).write()
    #expect(throws: ScaffoldError.exists(folder: own.path)) {
      try VerifierScaffold("taken", language: .python, in: folder.url)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["taken"])
  }

  @Test func `a checkout that is none is refused`() {
    let folder = Folder()
    #expect(throws: ScaffoldError.noCheckout(folder: "/usr", isNamed: true)) {
      try VerifierScaffold("x", language: .swift, in: folder.url, hone: URL(filePath: "/usr"))
    }
  }

  @Test func `the list shows each plugin, and what is wrong with a broken one`() throws {
    let folder = Folder()
    _ = try VerifierScaffold("good", language: .python, in: folder.url).write()
    let broken = try VerifierScaffold("broken", language: .shell, in: folder.url).write()
    try Data("name: broken".utf8).write(to: broken.appending(path: "verifier.yaml"))
    let rows = try VerifierScaffold("rows", language: .shell, in: folder.url).write()
    try Data("{}\n".utf8).write(to: rows.appending(path: "cases.jsonl"))
    let all = VerifierListing.all(in: [folder.url])
    #expect(all.map(\.name) == ["broken", "good", "rows"])
    #expect(all[0].fault?.contains("'summary' is missing") == true && all[0].command == nil)
    #expect(all[1].fault == nil && all[1].language == "Python" && all[1].version == "1.0")
    #expect(all[1].cases == 13 && all[1].judges == "text" && all[1].limits?.requestSeconds == 5)
    #expect(all[1].text.contains("main.py") && all[0].text.contains("BROKEN"))
    #expect(all[2].fault?.contains("line 1: 'completion' is missing") == true)
    #expect(all[2].language == "shell" && all[2].cases == nil)
  }

  // MARK: - The helpers

  /// What a judgement in Python returns or raises, and what becomes of it.
  static let judgements: [(String, VerifierOutcome, Double?, String)] = [
    ("return passed('good')", .passed, 1, "good"),
    ("return wrong('bad', score=0.25)", .wrong, 0.25, "bad"),
    ("return unscored('who knows')", .unscored, nil, "who knows"),
    ("return passed('x', score=float('nan'))", .unscored, nil, "ValueError: the score is nan"),
    ("return passed('x', score=1.5)", .unscored, nil, "the score is 1.5, not a number in 0...1"),
    ("return passed('x', score=True)", .unscored, nil, "the score is bool, not a number"),
    ("return True", .unscored, nil, "judge returned bool, not a verdict"),
    ("return None", .unscored, nil, "judge returned NoneType"),
    ("return 1 / 0", .unscored, nil, "ZeroDivisionError: division by zero"),
    ("return judge(problem, completion, settings)", .unscored, nil, "RecursionError"),
    ("print('noise'); return passed('quiet')", .passed, 1, "quiet"),
    ("return passed('r' * 5000)", .passed, 1, "rrr"),
    ("return passed('\\ud800 \\u2028 \\n', answer='\\ud800')", .passed, 1, "\u{FFFD} \u{2028} \n"),
  ]

  @Test(arguments: judgements)
  func `the helper keeps a judgement within the protocol`(
    body: String, outcome: VerifierOutcome, score: Double?, words: String
  ) async throws {
    let plugin = try BenchPlugin(body)
    let bench = try VerifierBench(try plugin.manifest(), log: .silent)
    let problem = Problem(id: "p", prompt: "?", answer: "1")
    let verdicts = try await bench.judge(
      (0..<3).map { JudgeRequest(problem: problem, completion: "\($0)") })
    #expect(await bench.failures.count == 0)
    await bench.shutDown()
    for verdict in verdicts {
      #expect(verdict.outcome == outcome && verdict.score == score && verdict.fault == nil)
      #expect(verdict.reason.contains(words), "\(verdict.reason)")
      #expect(verdict.reason.utf8.count <= 4_000)
    }
  }

  @Test func `the shell's reader decodes what JSON can hold`() async throws {
    let folder = Folder()
    _ = try VerifierScaffold("my-checker", language: .shell, in: folder.url).write()
    let manifest = try VerifierCatalog.find("my-checker", in: [folder.url])
    let bench = try VerifierBench(manifest, log: .silent)
    let texts = [
      "a\"b\\c/d", "tab\there", "é 😀 \u{1}", "'; exit 1; $(exit 2) `exit 3`", "-n", "%s%d",
      "{\"id\":1}",
    ]
    // The metadata repeats the names of what is looked for, and must not be taken for it.
    let requests = texts.map { text in
      JudgeRequest(
        problem: Problem(
          id: "answer", prompt: "completion", answer: text,
          metadata: ["problem": .object(["answer": .string("no")]), "completion": .string("no")]),
        completion: "first\n \(text) \n\n")
    }
    let verdicts = try await bench.judge(requests)
    await bench.shutDown()
    for (text, verdict) in zip(texts, verdicts) {
      #expect(verdict.outcome == .passed, "\(text): \(verdict.reason)")
    }
  }
}
