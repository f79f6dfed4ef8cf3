import Foundation
import TestSupport
import Testing

@testable import Provenance

@Suite struct RepositoryTests {
  @Test func `a branch and its commit are read`() throws {
    let files = try TestRepository()
    try files.write("x", to: "x.txt")
    let commit = try files.commit()
    let head = try Repository(at: files.folder).head()
    #expect(head == Repository.Head(commit: commit, branch: "main"))
  }

  @Test func `a detached head has no branch`() throws {
    let files = try TestRepository()
    try files.write("x", to: "x.txt")
    let first = try files.commit()
    try files.write("y", to: "x.txt")
    try files.commit()
    try files.detach(at: first)
    let head = try Repository(at: files.folder).head()
    #expect(head == Repository.Head(commit: first, branch: nil))
  }

  @Test func `a repository is found from a folder within`() throws {
    let files = try TestRepository()
    try files.write("x", to: "a/b/x.txt")
    let root = try Repository.containing(files.folder.appending(path: "a/b"))?.workingTree
    #expect(root?.path == files.folder.resolvingSymlinksInPath().path)
  }

  @Test func `outside of any repository there is none`() throws {
    let name = try Repository.containing(URL(filePath: "/proc/self"))?.name
    #expect(name == nil)
  }

  @Test func `a damaged repository is an error with a reason`() throws {
    let files = try TestRepository()
    try files.write("[core", to: ".git/config")
    let error = #expect(throws: GitError.self) {
      _ = try Repository.containing(files.folder)?.name
    }
    #expect(error?.description.contains("config") == true)
  }

  @Test(arguments: [
    ("https://user:secret@example.org/a/b.git?token=1", "https://example.org/a/b.git"),
    ("https://example.org:8443/a@b.git", "https://example.org:8443/a@b.git"),
    ("git@example.org:a/b.git", "git@example.org:a/b.git"),
    ("/home/someone/b.git", "b.git"),
    ("../b", "b"),
  ])
  func `a remote's address is told without secrets`(address: String, told: String) throws {
    let files = try TestRepository()
    try files.setRemote("origin", address)
    let origin = try Repository(at: files.folder).origin()
    #expect(origin == told)
  }
}
