import Foundation
import TestSupport
import Testing

@testable import Provenance

@Suite struct CommittedFolderTests {
  private let files: TestRepository
  private let blob: String

  init() throws {
    files = try TestRepository()
    blob = try files.blob("text\n")
  }

  private func read(
    _ entries: [TestRepository.Entry], at path: String = "",
    limits: CommittedFolder.Limits = .init()
  ) throws -> [CommittedFolder.File] {
    let commit = try files.commit(tree: files.tree(entries))
    return try CommittedFolder(path, of: commit, in: Repository(at: files.folder), limits: limits)
      .files
  }

  private func file(_ name: String, mode: String = "100644") -> TestRepository.Entry {
    TestRepository.Entry(mode: mode, name: name, id: blob)
  }

  @Test func `files are read with their modes`() throws {
    let inner = try files.tree([file("run", mode: "100755")])
    let found = try read([file("a"), TestRepository.Entry(mode: "40000", name: "in", id: inner)])
    #expect(
      found == [
        CommittedFolder.File(path: "a", isExecutable: false, bytes: Array("text\n".utf8)),
        CommittedFolder.File(path: "in/run", isExecutable: true, bytes: Array("text\n".utf8)),
      ])
  }

  @Test func `a folder within is read alone`() throws {
    let inner = try files.tree([file("b")])
    let found = try read(
      [file("a"), TestRepository.Entry(mode: "40000", name: "in", id: inner)], at: "in")
    #expect(found.map(\.path) == ["b"])
  }

  @Test(arguments: [
    ("..", "100644"), (".", "100644"), ("../x", "100644"), ("a/b", "100644"),
    ("/etc", "100644"), ("a\\b", "100644"), (".git", "100644"), (".GIT", "40000"),
    (".git.", "100644"), (".git ", "100644"), (".g\u{200C}it", "100644"), ("git~1", "100644"),
    (".git::$INDEX_ALLOCATION", "100644"), (".gitmodules", "100644"), ("a\u{1B}[31m", "100644"),
    ("a\nb", "100644"), ("link", "120000"), ("module", "160000"), ("pipe", "10644"),
    ("setuid", "104755"), ("device", "60644"),
  ])
  func `what could lie elsewhere is refused`(name: String, mode: String) throws {
    let error = #expect(throws: GitError.self) { try read([file(name, mode: mode)]) }
    guard case .unsafeEntry(let path, _)? = error else {
      Issue.record("\(error.map { "\($0)" } ?? "nothing")")
      return
    }
    #expect(path == name)
    // What is shown moves no cursor.
    #expect(error?.description.unicodeScalars.contains { $0.value < 0x20 } == false)
  }

  @Test func `a link on the way to a folder is refused`() throws {
    #expect(throws: GitError.unsafeEntry(path: "in", rule: "it is a symbolic link")) {
      try read([file("in", mode: "120000")], at: "in")
    }
    #expect(throws: GitError.unsafeEntry(path: "a/../b", rule: "a path must not have '..' in it")) {
      let inner = try files.tree([file("c")])
      _ = try read(
        [TestRepository.Entry(mode: "40000", name: "a", id: inner)], at: "a/../b")
    }
  }

  @Test func `two files of one name are refused`() throws {
    #expect(throws: GitError.self) { try read([file("a"), file("a")]) }
    #expect(throws: GitError.self) { try read([file("A"), file("a")]) }
  }

  @Test func `bounds hold before bytes are read`() throws {
    var limits = CommittedFolder.Limits()
    limits.fileBytes = 4
    #expect(throws: GitError.tooMuch(what: "'a' has 5 bytes", limit: "4")) {
      try read([file("a")], limits: limits)
    }
    limits = .init()
    limits.listBytes = 20
    let error = #expect(throws: GitError.self) { try read([file("a")], limits: limits) }
    #expect(error?.description.contains("more than the 20 that are taken") == true)
    limits = .init()
    limits.totalBytes = 9
    #expect(throws: GitError.self) { try read([file("a"), file("b")], limits: limits) }
    limits = .init()
    limits.entries = 1
    #expect(throws: GitError.self) { try read([file("a"), file("b")], limits: limits) }
  }

  @Test func `folders that hold each other many times over are refused`() throws {
    // Ten folders deep, each with ten times the next: 10^10 files in eleven objects.
    var tree = try files.tree([file("a")])
    for _ in 0..<10 {
      tree = try files.tree(
        (0..<10).map { TestRepository.Entry(mode: "40000", name: "\($0)", id: tree) })
    }
    #expect(throws: GitError.self) {
      try read([TestRepository.Entry(mode: "40000", name: "bomb", id: tree)])
    }
  }

  @Test func `folders too deep are refused`() throws {
    var tree = try files.tree([file("a")])
    for _ in 0..<20 {
      tree = try files.tree([TestRepository.Entry(mode: "40000", name: "d", id: tree)])
    }
    #expect(throws: GitError.self) {
      try read([TestRepository.Entry(mode: "40000", name: "d", id: tree)])
    }
  }

  @Test func `a folder that is not there is named`() throws {
    let error = #expect(throws: GitError.self) { try read([file("a")], at: "no/such") }
    #expect(error?.description.contains("has no folder 'no/such'") == true)
  }
}
