import Foundation
import TestSupport
import Testing

@testable import Provenance

@Suite struct CheckoutsTests {
  private let files: TestRepository
  private let checkouts: Checkouts
  private let commit: String
  private var root: URL { files.folder }

  init() throws {
    files = try TestRepository()
    checkouts = Checkouts(in: files.folder.appending(path: ".git/checkouts"))
    try files.write("one\n", to: "a.txt")
    try files.write("ignored/\n", to: ".gitignore")
    try files.setRemote("origin", "https://user:secret@example.org/x.git")
    commit = try files.commit()
    try files.write("two\n", to: "a.txt")
    try files.commit()
  }

  private func write(_ text: String, to file: URL) throws {
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  private func text(_ file: URL) throws -> String { try String(contentsOf: file, encoding: .utf8) }

  @Test func `a commit has one checkout, which names the origin without secrets`() throws {
    let first = try checkouts.shared(commit, of: root)
    #expect(try text(first.appending(path: "a.txt")) == "one\n")
    #expect(try checkouts.shared(commit, of: root) == first)
    let origin = try Repository(at: first).origin()
    #expect(origin == "https://example.org/x.git")
  }

  @Test func `a shared checkout gets its committed files back and keeps what was added`() throws {
    let place = try checkouts.shared(commit, of: root)
    try write("spoilt", to: place.appending(path: "a.txt"))
    try write("made", to: place.appending(path: "ignored/made.txt"))
    #expect(try checkouts.shared(commit, of: root) == place)
    #expect(try text(place.appending(path: "a.txt")) == "one\n")
    #expect(try text(place.appending(path: "ignored/made.txt")) == "made")
  }

  @Test func `an exact checkout that was added to is made anew, but for what a build left`() throws
  {
    let place = try checkouts.exact(commit, patch: Data(), of: root)
    try write("built", to: place.appending(path: ".build/x"))
    #expect(try checkouts.exact(commit, patch: Data(), of: root) == place)
    #expect(try text(place.appending(path: ".build/x")) == "built")
    try write("added", to: place.appending(path: "b.txt"))
    #expect(try checkouts.exact(commit, patch: Data(), of: root) == place)
    #expect(!FileManager.default.fileExists(atPath: place.appending(path: "b.txt").path))
  }

  @Test func `a checkout that is damaged is made anew`() throws {
    let place = try checkouts.shared(commit, of: root)
    try FileManager.default.removeItem(at: place.appending(path: ".git/HEAD"))
    #expect(try checkouts.shared(commit, of: root) == place)
    #expect(try text(place.appending(path: "a.txt")) == "one\n")
  }

  @Test func `what is not needed goes, but for what holds other files`() throws {
    let head = try Repository(at: root).head().commit
    let (old, new) = (
      try checkouts.shared(commit, of: root), try checkouts.shared(try #require(head), of: root)
    )
    // As a process leaves it that is killed while it makes one.
    let half = checkouts.folder.appending(path: ".half")
    try write("x", to: half.appending(path: "x"))
    #expect(try checkouts.sweep(keeping: [new.lastPathComponent]) == [])
    func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }
    #expect(!exists(old) && exists(new) && !exists(half))
    // Ignored files count, too: they may be all that a run was for.
    try write("exported", to: new.appending(path: "ignored/model"))
    #expect(try checkouts.sweep(keeping: []).map(\.lastPathComponent) == [new.lastPathComponent])
    #expect(exists(new))
  }

  @Test func `a folder without checkouts has nothing to sweep`() throws {
    #expect(try Checkouts(in: root.appending(path: "none")).sweep(keeping: []) == [])
  }
}
