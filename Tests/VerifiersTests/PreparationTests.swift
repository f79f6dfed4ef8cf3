import Foundation
import Sandbox
import Testing
import VerifierKit

@testable import Verifiers

/// Files that a setting names, and what a plugin makes of them once.
@Suite(.enabled(if: TestPlugin.canJail, "no jail can be built here"))
struct PreparationTests {
  /// A plugin that tells what it reads; what it prepares holds the table and who made it.
  private final class Bench: Sendable {
    let plugin: TestPlugin
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "hone-preparation-\(UUID().uuidString)")
    var table: URL { folder.appending(path: "table.csv") }
    var cache: URL { folder.appending(path: "cache") }
    var made: [String] {
      (try? FileManager.default.contentsOfDirectory(
        atPath: cache.appending(path: TestPlugin.name).path)) ?? []
    }

    init(
      preparing: String = usual, prepare: String = "prepare: { seconds: 20, scratchMiB: 4 }"
    ) throws {
      let indented = preparing.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
      plugin = try TestPlugin(
        answering: """
          path = settings.get("prepared") or settings["table"]
          passed(question, open(path).read() if path else "no file")
          """,
        opening: """
          if sys.argv[1:] == ["prepare"]:
          \(indented)
              sys.exit(0)

          """ + TestPlugin.ready,
        settings: "{ table: \"\", other: 1 }\nfiles: [table]\n\(prepare)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data("one".utf8).write(to: table)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    static let usual = """
      made = open(settings["table"]).read() + " by " + str(time.time())
      open("/tmp/scratch", "w").write(made)
      say({"prepared": len(made)})
      sys.stdout.write(made)
      """

    func host(_ settings: [String: JSONValue]? = nil) throws -> VerifierHost {
      try VerifierHost(
        try VerifierCatalog.find(TestPlugin.name, in: [plugin.folder]),
        settings: settings ?? ["table": .string(table.path)], workers: 1,
        sandbox: Sandbox(executables: TestPlugin.executables),
        executables: TestPlugin.executables, cache: cache, startSeconds: 20, log: .silent)
    }

    /// What a process of the plugin reads.
    func read(_ settings: [String: JSONValue]? = nil) async throws -> String {
      let host = try host(settings)
      let verdicts = try await host.judge([request("x")])
      await host.shutDown()
      return try #require(verdicts.first).reason
    }
  }

  @Test func `a table is prepared once, and again when it changes`() async throws {
    let bench = try Bench()
    let first = try await bench.read()
    #expect(first.hasPrefix("one by "))
    #expect(try await bench.read() == first)
    try Data("two".utf8).write(to: bench.table)
    let second = try await bench.read()
    #expect(second.hasPrefix("two by "))
    try Data("one".utf8).write(to: bench.table)
    #expect(try await bench.read() == first)
    #expect(bench.made.count == 2)
  }

  @Test func `without a file nothing is prepared`() async throws {
    let bench = try Bench()
    #expect(try await bench.read([:]) == "no file")
    #expect(bench.made == [])
  }

  @Test func `without a preparation the plugin reads the file itself, and cannot write it`()
    async throws
  {
    let bench = try Bench(prepare: "")
    #expect(try await bench.read() == "one")
    #expect(bench.made == [])
  }

  @Test func `several that start at once all find it, and leave nothing else`() async throws {
    let bench = try Bench()
    try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<4 { group.addTask { try await bench.read() } }
      for try await text in group { #expect(text.hasPrefix("one by ")) }
    }
    #expect(bench.made.count == 1)
  }

  @Test(
    arguments: [
      ("raise SystemExit('no such column')", "no such column"),
      ("os.kill(os.getpid(), signal.SIGKILL)", "it ended with signal 9, too early"),
      ("say({\"prepared\": 9})\nsys.stdout.write('short')", "it ended with exit code 0, too early"),
      ("say({\"prepared\": 2})\nsys.stdout.write('long')", "it wrote more than it said"),
      ("say({\"prepared\": 99999999})", "with at most 4194304 bytes"),
      ("say({\"prepared\": -1})", "its first line is not {\"prepared\":N}"),
      ("say('x' * 100)", "its first line is not {\"prepared\":N}"),
      ("time.sleep(60)", "it was not done after 1.0 seconds"),
    ])
  func `a preparation that fails says why, and leaves nothing`(
    preparing: String, reason: String
  ) async throws {
    let seconds = preparing.contains("sleep") ? 1 : 20
    let bench = try Bench(
      preparing: preparing, prepare: "prepare: { seconds: \(seconds), scratchMiB: 4 }")
    let error = try #require(throws: VerifierError.self) { try bench.host() }
    #expect(error.description.contains("could not prepare itself"))
    #expect(error.description.contains(reason), "\(error)")
    #expect(bench.made == [])
  }

  @Test func `what a crash left behind is never read, and goes after a day`() async throws {
    let bench = try Bench()
    let first = try await bench.read()
    let folder = bench.cache.appending(path: TestPlugin.name)
    let name = try #require(bench.made.first)
    try FileManager.default.removeItem(at: folder.appending(path: name))
    let partial = folder.appending(path: ".\(name).1.1")
    try Data("half".utf8).write(to: partial)
    let second = try await bench.read()
    #expect(second.hasPrefix("one by ") && second != first)
    #expect(bench.made.count == 2)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -100_000)], ofItemAtPath: partial.path)
    try Data("three".utf8).write(to: bench.table)
    _ = try await bench.read()
    #expect(!bench.made.contains { $0.hasPrefix(".") })
  }

  @Test(arguments: [
    (JSONValue.string("/no/such/file"), "there is no such file"),
    (.string("/usr"), "there is no such file"), (.number(1), "the setting is not a path"),
  ])
  func `a file that cannot be given is refused`(value: JSONValue, reason: String) throws {
    let bench = try Bench()
    let error = try #require(throws: VerifierError.self) { try bench.host(["table": value]) }
    #expect(error.description.contains(reason), "\(error)")
  }

  @Test(arguments: ["/etc/passwd", "../../../../../../../etc/passwd", "link"])
  func `a manifest cannot give its own plugin the host's files`(path: String) throws {
    let plugin = try TestPlugin(settings: "{ table: \(path) }\nfiles: [table]")
    try FileManager.default.createSymbolicLink(
      at: plugin.folder.appending(path: "\(TestPlugin.name)/link"),
      withDestinationURL: URL(filePath: "/etc/passwd"))
    let error = try #require(throws: VerifierError.self) { try plugin.host() }
    #expect(error.description.contains("of the plugin's own folder only"), "\(error)")
    _ = try plugin.host(settings: ["table": .string("/etc/passwd")])
  }

  @Test func `a plugin may read a file that its folder brings, and none with a name that is taken`()
    async throws
  {
    let plugin = try TestPlugin(
      answering: "passed(question, open(settings['table']).read())",
      settings: "{ table: table.txt }\nfiles: [table]")
    let own = plugin.folder.appending(path: "\(TestPlugin.name)/table.txt")
    try Data("own".utf8).write(to: own)
    #expect(try await plugin.verdicts(["x"]).map(\.reason) == ["own"])
    let taken = plugin.folder.appending(path: "python3")
    try Data("taken".utf8).write(to: taken)
    let error = try #require(throws: VerifierError.self) {
      try plugin.host(settings: ["table": .string(taken.path)])
    }
    #expect(error.description.contains("another file has its name"))
  }

  @Test(arguments: [
    ("files: [colour]", "'files' names 'colour', which is no setting with a text"),
    ("files: [prepared]", "'files' names 'prepared'"),
    ("files: [table, table]", "'files' must be at most 4 settings, each once"),
    ("prepare: { seconds: 1 }", "'prepare' needs 'files'"),
    ("files: [table]\nprepare: { hours: 1 }", "'prepare.hours' is unknown"),
    ("files: [table]\nprepare: { seconds: 0 }", "'prepare.seconds' must be a number"),
  ])
  func `a manifest that asks for what cannot be is refused`(lines: String, message: String) throws {
    let plugin = try TestPlugin(settings: "{ table: \"\" }\n\(lines)")
    let error = try #require(throws: VerifierError.self) { try plugin.host() }
    #expect(error.description.contains(message), "\(error)")
  }
}
