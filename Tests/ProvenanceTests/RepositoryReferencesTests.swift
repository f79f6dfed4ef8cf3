import Foundation
import TestSupport
import Testing

@testable import Provenance

@Suite struct RepositoryReferencesTests {
  private let files: TestRepository
  private let first: String
  private let second: String

  init() throws {
    files = try TestRepository()
    try files.write("one\n", to: "sub/a.txt")
    first = try files.commit()
    try files.write("two\n", to: "sub/a.txt")
    try files.write("new\n", to: "b.txt")
    second = try files.commit()
    try files.tag("v1", first)
    try files.branch("side", first)
  }

  @Test func `revisions stand for commits`() throws {
    let repository = try Repository(at: files.folder)
    for revision in ["v1", "side", "HEAD~1", first, String(first.prefix(9))] {
      let commit = try repository.commit(of: revision)
      #expect(commit == first, "\(revision)")
    }
    let head = try repository.commit(of: "HEAD")
    #expect(head == second)
  }

  @Test(arguments: [
    "none", "", "HEAD~9", "HEAD:sub/a.txt", ":/one", "HEAD@{1}", "..", "a..b", "\u{1B}[2J",
    String(repeating: "a", count: 5000), String(repeating: "12", count: 20),
  ])
  func `what stands for no commit is refused`(revision: String) throws {
    let repository = try Repository(at: files.folder)
    let error = #expect(throws: GitError.self) { try repository.commit(of: revision) }
    guard case .unknownReference(let name, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(name == revision.printable)
  }

  @Test func `a branch is where it is now, and a tag is no branch`() throws {
    let repository = try Repository(at: files.folder)
    let (side, tag) = (try repository.tip(ofBranch: "side"), try repository.tip(ofBranch: "v1"))
    #expect(side == first && tag == nil)
    try files.branch("side", second)
    let (moved, odd) = (try repository.tip(ofBranch: "side"), try repository.tip(ofBranch: "a..b"))
    #expect(moved == second && odd == nil)
  }

  @Test func `a file is read as its commit has it`() throws {
    let repository = try Repository(at: files.folder)
    let data = try repository.file("sub/a.txt", of: first)
    #expect(data == Data("one\n".utf8))
    for path in ["sub", "none", "b.txt", "../a", ""] {
      let none = try? repository.file(path, of: first)
      #expect((none ?? nil) == nil, "\(path)")
    }
    #expect(throws: GitError.tooMuch(what: "'sub/a.txt' has 4 bytes", limit: "3")) {
      try repository.file("sub/a.txt", of: first, limit: 3)
    }
  }

  @Test func `the paths that two commits have otherwise are told`() throws {
    let repository = try Repository(at: files.folder)
    let (changed, same) = (
      try repository.changedPaths(from: first, to: second),
      try repository.changedPaths(from: first, to: first)
    )
    #expect(changed == ["b.txt", "sub/a.txt"] && same == [])
  }
}
