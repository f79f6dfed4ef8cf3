import Foundation
import TestSupport
import Testing

@testable import Provenance

@Suite struct WorkingTreeChangesTests {
  private let files: TestRepository

  init() throws {
    files = try TestRepository()
    try files.write("one\ntwo\n", to: "a.txt")
    try files.write("kept\n", to: "sub/b.txt")
    try files.write("ignored/\n", to: ".gitignore")
    try files.commit()
  }

  private func changes(
    excluding: [URL] = [], limits: WorkingTreeChanges.Limits = .init()
  ) throws -> WorkingTreeChanges {
    try Repository(at: files.folder).changes(excluding: excluding, limits: limits)
  }

  @Test func `a committed tree is clean`() throws {
    try files.write("x", to: "ignored/x.txt")
    #expect(try changes() == WorkingTreeChanges(paths: [], patch: Data(), leftOut: []))
  }

  @Test func `changed, deleted, staged and untracked files are in the patch`() throws {
    try files.write("one\nTWO\n", to: "a.txt")
    try files.remove("sub/b.txt")
    try files.write("staged\n", to: "staged.txt")
    try files.stageAll()
    try files.write("untracked\n", to: "deep/down/new.txt")
    let changes = try changes()
    #expect(changes.paths == ["a.txt", "deep/down/new.txt", "staged.txt", "sub/b.txt"])
    let patch = String(decoding: changes.patch, as: UTF8.self)
    for line in ["-two", "+TWO", "-kept", "+staged", "+untracked", "+++ b/deep/down/new.txt"] {
      #expect(patch.contains("\(line)\n"), "\(line)")
    }
    #expect(changes.leftOut == [])
  }

  @Test func `binary files are in the patch with their bytes`() throws {
    try files.write(Data((0...255).map { UInt8($0) }), to: "bytes.bin")
    let patch = String(decoding: try changes().patch, as: UTF8.self)
    #expect(patch.contains("GIT binary patch\n"))
  }

  @Test func `files beyond a limit are named instead`() throws {
    try files.write(String(repeating: "x\n", count: 600), to: "large.txt")
    try files.write(String(repeating: "y\n", count: 300), to: "c.txt")
    try files.write(String(repeating: "z\n", count: 300), to: "d.txt")
    var limits = WorkingTreeChanges.Limits()
    (limits.fileBytes, limits.patchBytes) = (1_000, 1_500)
    let changes = try changes(limits: limits)
    #expect(changes.paths == ["c.txt", "d.txt", "large.txt"])
    #expect(changes.leftOut == ["d.txt", "large.txt"])
    #expect(changes.patch.count <= 1_500)
  }

  @Test func `a deleted large file is named instead`() throws {
    try files.write(String(repeating: "x\n", count: 600), to: "large.txt")
    try files.commit()
    try files.remove("large.txt")
    var limits = WorkingTreeChanges.Limits()
    limits.fileBytes = 1_000
    #expect(try changes(limits: limits).leftOut == ["large.txt"])
  }

  @Test func `too many files are an error that says how many are taken`() throws {
    for number in 0..<12 { try files.write("x", to: "many/\(number).txt") }
    var limits = WorkingTreeChanges.Limits()
    limits.files = 10
    let error = #expect(throws: GitError.self) { try changes(limits: limits) }
    #expect(error?.description.contains("more than the 10 that are taken") == true)
  }

  @Test func `an excluded folder does not count`() throws {
    try files.write("x", to: "runs/r-1/run.json")
    try files.write("x", to: "runs-of-mine.txt")
    let changes = try changes(excluding: [files.folder.appending(path: "runs")])
    #expect(changes.paths == ["runs-of-mine.txt"])
  }

  @Test func `a repository within is left out`() throws {
    let inner = try TestRepository(at: files.folder.appending(path: "inner"))
    try inner.write("x", to: "x.txt")
    try inner.commit()
    #expect(try changes().paths == [])
  }

  @Test func `without a commit all files are new`() throws {
    let fresh = try TestRepository()
    try fresh.write("x\n", to: "x.txt")
    let repository = try Repository(at: fresh.folder)
    let (paths, head) = (try repository.changes().paths, try repository.head())
    #expect(paths == ["x.txt"])
    #expect(head == Repository.Head(commit: nil, branch: "main"))
  }

  @Test func `a link is a text, and is not followed`() throws {
    try FileManager.default.createSymbolicLink(
      atPath: files.folder.appending(path: "link").path, withDestinationPath: "/etc/passwd")
    let patch = String(decoding: try changes().patch, as: UTF8.self)
    #expect(patch.contains("new file mode 120000"))
    #expect(patch.contains("+/etc/passwd"))
    #expect(!patch.contains("root:"))
  }
}
