import Foundation
import TestSupport
import Testing

@testable import Provenance

@Suite struct CheckoutTests {
  private let files: TestRepository
  private let folder: URL

  init() throws {
    files = try TestRepository()
    folder = files.folder.appending(path: ".git/copy")
    try files.write("one\ntwo\nthree\n", to: "a.txt")
    try files.write("#!/bin/sh\n", to: "sub/run.sh")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: files.folder.appending(path: "sub/run.sh").path)
  }

  private func read(_ path: String) throws -> String {
    try String(contentsOf: folder.appending(path: path), encoding: .utf8)
  }

  @Test func `an earlier commit is written beside the working tree`() throws {
    let first = try files.commit()
    try files.write("other\n", to: "a.txt")
    let second = try files.commit()
    let repository = try Repository(at: files.folder)
    try repository.checkOut(first, into: folder)
    #expect(try read("a.txt") == "one\ntwo\nthree\n")
    #expect(FileManager.default.isExecutableFile(atPath: folder.appending(path: "sub/run.sh").path))
    let copied = try Repository(at: folder).head()
    #expect(copied == Repository.Head(commit: first, branch: nil))
    // The repository itself is as it was.
    let (head, changes) = (try repository.head(), try repository.changes())
    #expect(head == Repository.Head(commit: second, branch: "main"))
    #expect(changes.isClean)
  }

  @Test func `the patch of a working tree makes the same tree again`() throws {
    let commit = try files.commit()
    try files.write("one\nTWO\nthree", to: "a.txt")
    try files.write(Data((0...255).map { UInt8($0) }), to: "bytes.bin")
    try files.write("new\n", to: "deep/down/new.txt")
    try files.write("", to: "empty.txt")
    try files.remove("sub/run.sh")
    try FileManager.default.createSymbolicLink(
      atPath: files.folder.appending(path: "link").path, withDestinationPath: "a.txt")
    let repository = try Repository(at: files.folder)
    let changes = try repository.changes()
    #expect(changes.leftOut == [])
    try repository.checkOut(commit, patch: changes.patch, into: folder)
    let again = try Repository(at: folder).changes()
    #expect(again == changes)
    #expect(try Data(contentsOf: folder.appending(path: "bytes.bin")).count == 256)
    #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "sub/run.sh").path))
  }

  @Test func `a patch that does not fit leaves nothing behind`() throws {
    let first = try files.commit()
    try files.write("quite\nanother\n", to: "a.txt")
    try files.commit()
    try files.write("quite\nanother\nline\n", to: "a.txt")
    let repository = try Repository(at: files.folder)
    let patch = try repository.changes().patch
    #expect(throws: GitError.self) { try repository.checkOut(first, patch: patch, into: folder) }
    #expect(!FileManager.default.fileExists(atPath: folder.path))
  }

  @Test func `a folder that is there is not written over`() throws {
    let commit = try files.commit()
    try files.write("mine", to: ".git/copy/a.txt")
    let repository = try Repository(at: files.folder)
    #expect(throws: GitError.unwritable(path: folder.path, reason: "it is there already")) {
      try repository.checkOut(commit, into: folder)
    }
    #expect(try read("a.txt") == "mine")
  }

  @Test func `a commit that is not there is an error`() throws {
    try files.commit()
    let absent = String(repeating: "12", count: 20)
    let repository = try Repository(at: files.folder)
    let isThere = try repository.has(commit: absent)
    #expect(!isThere)
    #expect(throws: GitError.self) { try repository.checkOut(absent, into: folder) }
  }
}
