import Foundation
import Testing
import VerifierKit

@testable import Verifiers

@Suite struct VerifierManifestTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static let lines = [
    "name: checker", "protocol: 1", "summary: Checks.", "command: [main]",
    "limits: { requestSeconds: 1.5, memoryMiB: 64, processes: 2, outputKiB: 8, cpuSeconds: 9, "
      + "wallSeconds: 60, scratchMiB: 0 }",
    "settings: { a: 1, b: \"1\", c: [true, null, x] }",
  ]

  /// A folder of plugins with one, `checker`.
  private final class Folder {
    let url = FileManager.default.temporaryDirectory
      .appending(path: "hone-manifests-\(UUID().uuidString)")
    var plugin: URL { url.appending(path: "checker") }

    init(_ manifest: String) throws {
      try FileManager.default.createDirectory(at: plugin, withIntermediateDirectories: true)
      try manifest.write(
        to: plugin.appending(path: "verifier.yaml"), atomically: true, encoding: .utf8)
    }

    deinit { try? FileManager.default.removeItem(at: url) }
  }

  @Test func `a manifest is read whole`() throws {
    let folder = try Folder(Self.lines.joined(separator: "\n"))
    let manifest = try VerifierCatalog.find("checker", in: [folder.url])
    #expect(manifest.command == ["main"])
    #expect(manifest.limits.requestSeconds == 1.5)
    #expect(manifest.limits.memoryMiB == 64)
    #expect(manifest.limits.processes == 2)
    #expect(manifest.limits.outputKiB == 8)
    #expect(manifest.limits.cpuSeconds == 9)
    #expect(manifest.limits.wallSeconds == 60)
    #expect(manifest.limits.scratchMiB == 0)
    #expect(!manifest.nesting && manifest.needs == [])
    #expect(
      manifest.settings == [
        "a": .number(1), "b": .string("1"), "c": .array([.bool(true), .null, .string("x")]),
      ])
  }

  @Test func `limits and settings may be left out`() throws {
    let folder = try Folder(Self.lines[..<4].joined(separator: "\n"))
    let manifest = try VerifierCatalog.find("checker", in: [folder.url])
    #expect(manifest.limits == VerifierManifest.Limits())
    #expect(manifest.settings == [:])
  }

  /// Which line is replaced by what, and what the error says.
  static let faults: [(Int, String, String)] = [
    (0, "", "'name' is missing"),
    (0, "name: [checker]", "'name' must be text"),
    (0, "name: other", "'name' must be the folder's name, 'checker'"),
    (0, "name: ../x", "'name' must be lower-case letters"),
    (1, "protocol: 2", "'protocol' 2 is unknown; this program speaks 1"),
    (1, "protocol: one", "'protocol' must be a whole number"),
    (1, "", "'protocol' is missing"),
    (2, "summary: 3", "'summary' must be text"),
    (3, "command: []", "'command' must be a list of texts"),
    (3, "command: main", "'command' must be a list of texts"),
    (3, "command: [main, 1]", "'command' must be a list of texts"),
    (4, "limits: 3", "'limits' must be a mapping"),
    (4, "limits: { memory: 3 }", "'limits.memory' is unknown; the fields here are requestSeconds"),
    (4, "limits: { memoryMiB: 1.5 }", "'limits.memoryMiB' must be a whole number in 16...65536"),
    (4, "limits: { requestSeconds: 0 }", "'limits.requestSeconds' must be a number in 0.01"),
    (4, "limits: { requestSeconds: .nan }", "'limits.requestSeconds' must be a number"),
    (4, "limits: { cpuSeconds: 0 }", "'limits.cpuSeconds' must be a number in 1"),
    (4, "limits: { wallSeconds: soon }", "'limits.wallSeconds' must be a number in 1"),
    (4, "limits: { scratchMiB: -1 }", "'limits.scratchMiB' must be a whole number in 0...65536"),
    (4, "nesting: 1", "'nesting' must be true or false"),
    (4, "needs: jail", "'needs' must be a list of texts"),
    (4, "needs: [../jail]", "'needs' must be at most 8 names of files"),
    (4, "needs: [a/../jail]", "'needs' must be at most 8 names of files"),
    (4, "needs: [/etc/passwd]", "'needs' must be at most 8 names of files"),
    (4, "limits: { outputKiB: 2048 }", "'limits.outputKiB' must be a whole number in 1...1024"),
    (5, "settings: [a]", "'settings' must be a mapping"),
    (5, "setting: {}", "'setting' is unknown"),
    (5, "judges: numbers", "'judges' is 'numbers', but must be one of number, code, fact, text"),
    (5, "judges: [number]", "'judges' must be text"),
    (5, "version: 1.0", "'version' must be text"),
    (5, "settings: { a: 1, a: 2 }", "cannot be read"),
    (5, "settings: {", "cannot be read"),
    (5, "settings: \(String(repeating: "x", count: 70_000))", "longer than 65536 bytes"),
  ]

  @Test(arguments: faults)
  func `a fault names the file and the field`(line: Int, text: String, message: String) throws {
    var lines = Self.lines
    lines[line] = text
    let folder = try Folder(lines.joined(separator: "\n"))
    let error = try #require(throws: VerifierError.self) {
      try VerifierCatalog.find("checker", in: [folder.url])
    }
    #expect(error.description.contains(message), "\(error)")
    #expect(error.description.hasPrefix(folder.plugin.appending(path: "verifier.yaml").path))
  }

  @Test func `aliases of aliases do not explode`() throws {
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      let many = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      bomb += "a\(level): &a\(level) [\(many)]\n"
    }
    let folder = try Folder(bomb)
    let error = try #require(throws: VerifierError.self) {
      try VerifierCatalog.find("checker", in: [folder.url])
    }
    #expect(error.description.contains("more than 10000 values"), "\(error)")
  }

  // MARK: - Commands

  @Test(arguments: ["../../../../bin/sh", "../main", "..", ".", "link"])
  func `a command may not leave the folder`(command: String) throws {
    let folder = try Folder(
      Self.lines[..<3].joined(separator: "\n") + "\ncommand: [\"\(command)\"]")
    try FileManager.default.createSymbolicLink(
      atPath: folder.plugin.appending(path: "link").path, withDestinationPath: "/bin/sh")
    let manifest = try VerifierCatalog.find("checker", in: [folder.url])
    let error = try #require(throws: VerifierError.self) {
      try manifest.executable(beside: URL(filePath: "/usr/bin"))
    }
    #expect(error.description.contains("it leaves the plugin's folder"), "\(error)")
  }

  @Test func `a command is in the folder, or else beside the executable`() throws {
    let folder = try Folder(Self.lines.joined(separator: "\n"))
    let manifest = try VerifierCatalog.find("checker", in: [folder.url])
    let beside = URL(filePath: "/usr/bin")
    let error = try #require(throws: VerifierError.self) {
      try manifest.executable(beside: beside)
    }
    #expect(error.description.contains("Verifier 'checker' cannot start 'main'"))
    let file = folder.plugin.appending(path: "main")
    try "#!/bin/sh".write(to: file, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    #expect(try manifest.executable(beside: beside) == file.resolvingSymlinksInPath().path)

    let other = try Folder(Self.lines[..<3].joined(separator: "\n") + "\ncommand: [env]")
    #expect(
      try VerifierCatalog.find("checker", in: [other.url]).executable(beside: beside)
        == "/usr/bin/env")
  }

  @Test func `what a nesting plugin needs lies beside the executable`() throws {
    let folder = try Folder(
      Self.lines[..<4].joined(separator: "\n") + "\nnesting: true\nneeds: [env, no-such-file]")
    let manifest = try VerifierCatalog.find("checker", in: [folder.url])
    #expect(manifest.nesting)
    let error = try #require(throws: VerifierError.self) {
      try manifest.needs(beside: URL(filePath: "/usr/bin"))
    }
    #expect(error.description.contains("cannot start 'no-such-file'"), "\(error)")
  }

  @Test func `what it needs of another plugin lies in that one's folder`() throws {
    let folder = try Folder(
      Self.lines[..<4].joined(separator: "\n") + "\nneeds: [other/host.py, checker/verifier.yaml]")
    let manifest = try VerifierCatalog.find("checker", in: [folder.url])
    let error = try #require(throws: VerifierError.self) {
      try manifest.needs(beside: URL(filePath: "/usr/bin"))
    }
    #expect(error.description.contains("it needs this file of another plugin"), "\(error)")
    let other = folder.url.appending(path: "other")
    try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
    try Data().write(to: other.appending(path: "host.py"))
    #expect(
      try manifest.needs(beside: URL(filePath: "/usr/bin")).map {
        $0.split(separator: "/").suffix(2)
      }
        == [["other", "host.py"], ["checker", "verifier.yaml"]])
    // A link would show the plugin what its author may not see.
    try FileManager.default.removeItem(at: other.appending(path: "host.py"))
    try FileManager.default.createSymbolicLink(
      atPath: other.appending(path: "host.py").path, withDestinationPath: "/etc/passwd")
    #expect(throws: VerifierError.self) { try manifest.needs(beside: URL(filePath: "/usr/bin")) }
  }

  /// Commands that cannot be started, the script that is there as `main`, and what is said.
  static let missing: [(String, String, String)] = [
    ("/usr/bin/pyton3", "", "there is no file /usr/bin/pyton3, nor a 'pyton3' in /usr/bin, /bin"),
    ("/opt/none/env", "", "there is no file /opt/none/env; 'env' is at /usr/bin/env"),
    ("/usr/bin", "", "it is no executable file"),
    ("env", "", "write the whole path, such as /usr/bin/env"),
    ("bin/main", "", "there is no file"),
    ("main", "#!/usr/bin/nopython3 -I\n", "asks for '/usr/bin/nopython3', which is not there"),
    ("main", "#!/usr/bin/env nopython3\n", "asks for 'nopython3', which is not there; searched"),
    ("main", "#! /usr/bin/env -S nopython3 -I\n", "asks for 'nopython3'"),
    ("main", "#!/bin/sh\n", ""),
    ("main", "#!/usr/bin/env sh\n", ""),
  ]

  @Test(arguments: missing)
  func `a command that cannot be started is said to be, with where it was looked for`(
    command: String, script: String, message: String
  ) throws {
    let folder = try Folder(
      Self.lines[..<3].joined(separator: "\n") + "\ncommand: [\"\(command)\"]")
    if !script.isEmpty {
      let file = folder.plugin.appending(path: "main")
      try Data(script.utf8).write(to: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }
    let manifest = try VerifierCatalog.find("checker", in: [folder.url])
    if message.isEmpty {
      try manifest.checkCommand(beside: URL(filePath: "/nowhere"))
    } else {
      let error = try #require(throws: VerifierError.self) {
        try manifest.checkCommand(beside: URL(filePath: "/nowhere"))
      }
      #expect(error.description.contains(message), "\(error)")
    }
  }

  @Test func `a program that may not be executed is said to be`() throws {
    let folder = try Folder(Self.lines.joined(separator: "\n"))
    try Data("#!/bin/sh\n".utf8).write(to: folder.plugin.appending(path: "main"))
    let manifest = try VerifierCatalog.find("checker", in: [folder.url])
    let error = try #require(throws: VerifierError.self) {
      try manifest.checkCommand(beside: URL(filePath: "/nowhere"))
    }
    #expect(error.description.contains("`chmod +x` makes a program one"), "\(error)")
  }

  // MARK: - The catalog

  @Test func `the first folder wins, and the list is by name`() throws {
    let first = try Folder(Self.lines.joined(separator: "\n"))
    let second = try Folder("broken")
    let folders = [first.url, second.url, Self.root.appending(path: "verifiers")]
    let names = try VerifierCatalog.list(in: folders).map(\.name)
    #expect(names == names.sorted())
    #expect(Set(names).isSuperset(of: ["arithmetic", "checker", "code-runner"]))
    #expect(throws: VerifierError.self) { try VerifierCatalog.list(in: folders.reversed()) }
  }

  @Test(arguments: ["", ".", "..", "../checker", "checker/", "Checker", "-x", "a b", "é"])
  func `a name is never a path`(name: String) throws {
    let folder = try Folder(Self.lines.joined(separator: "\n"))
    let error = try #require(throws: VerifierError.self) {
      try VerifierCatalog.find(name, in: [folder.url, folder.plugin])
    }
    #expect(
      error == .notFound(name: name, folders: [folder.url, folder.plugin], known: ["checker"]))
  }

  @Test func `the built-in verifiers are found from the executable`() throws {
    #expect(
      VerifierCatalog.folders().contains {
        $0.standardizedFileURL.path == Self.root.appending(path: "verifiers").path
      } || !VerifierCatalog.executableFolder.path.hasPrefix(Self.root.path))
    let manifest = try VerifierCatalog.find(
      "arithmetic", in: [Self.root.appending(path: "verifiers")])
    #expect(
      try manifest.executable(beside: VerifierCatalog.executableFolder)
        == VerifierCatalog.executableFolder.appending(path: "hone-verifier-arithmetic").path)
  }
}
