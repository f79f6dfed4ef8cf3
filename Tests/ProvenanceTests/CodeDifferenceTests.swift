import Foundation
import TestSupport
import Testing

@testable import Provenance

@Suite struct CodeDifferenceTests {
  private let files: TestRepository
  private let first: String

  init() throws {
    files = try TestRepository()
    try files.write("one\ntwo\n", to: "a.txt")
    try files.write("read me\n", to: "docs/guide.txt")
    first = try files.commit()
  }

  @Test func `two commits are compared line by line`() throws {
    try files.write("one\nTWO\n", to: "a.txt")
    try files.write("new\n", to: "b.txt")
    let second = try files.commit()
    let difference = try Repository(at: files.folder).difference(
      from: CodeState(commit: first), to: CodeState(commit: second))
    #expect(difference.files == 2)
    #expect(difference.insertions == 2)
    #expect(difference.deletions == 1)
    #expect(difference.summary == "a.txt  +1 -1\nb.txt  +1 -0")
    #expect(difference.patch.contains("-two\n+TWO\n"))
    #expect(!difference.isCut)
  }

  @Test func `recorded patches count, and nothing is written`() throws {
    try files.write("one\nTWO\n", to: "a.txt")
    try files.write("new\n", to: "b.txt")
    let repository = try Repository(at: files.folder)
    let patch = try repository.changes().patch
    let objects = files.folder.appending(path: ".git/objects")
    let before = try FileManager.default.subpathsOfDirectory(atPath: objects.path).count
    let difference = try repository.difference(
      from: CodeState(commit: first), to: CodeState(commit: first, patch: patch))
    #expect(difference.summary == "a.txt  +1 -1\nb.txt  +1 -0")
    #expect(difference.patch.contains("-two\n+TWO\n"))
    #expect(try FileManager.default.subpathsOfDirectory(atPath: objects.path).count == before)
  }

  @Test func `equal states do not differ`() throws {
    let difference = try Repository(at: files.folder).difference(
      from: CodeState(commit: first), to: CodeState(commit: first))
    #expect(difference.files == 0)
    #expect(difference.summary.isEmpty)
    #expect(difference.patch.isEmpty)
  }

  @Test func `files that do not matter are left out`() throws {
    try files.write("other\n", to: "docs/guide.txt")
    try files.write("other\n", to: "notes.md")
    let second = try files.commit()
    let difference = try Repository(at: files.folder).difference(
      from: CodeState(commit: first), to: CodeState(commit: second), excluding: ["docs/", "*.md"])
    #expect(difference.files == 0)
  }

  @Test func `a long patch is cut at a file, and says so`() throws {
    try files.write(String(repeating: "x\n", count: 500), to: "b.txt")
    try files.write("one\nTWO\n", to: "a.txt")
    let second = try files.commit()
    let difference = try Repository(at: files.folder).difference(
      from: CodeState(commit: first), to: CodeState(commit: second), limitBytes: 600)
    #expect(difference.isCut)
    #expect(difference.patch.contains("+TWO"))
    #expect(!difference.patch.contains("b.txt"))
    #expect(difference.summary.contains("b.txt  +500 -0"))
  }
}
