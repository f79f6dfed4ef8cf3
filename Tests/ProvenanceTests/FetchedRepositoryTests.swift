import Foundation
import TestSupport
import Testing

@testable import Provenance

@Suite struct FetchedRepositoryTests {
  private let files: TestRepository
  private let first: String
  private let second: String

  init() throws {
    files = try TestRepository()
    try files.write("1", to: "a.txt")
    first = try files.commit()
    try files.write("2", to: "a.txt")
    second = try files.commit()
    try files.tag("v1", first)
    try files.branch("side/line", first)
  }

  @Test func `tags, branches and commits are found`() throws {
    let fetched = try FetchedRepository(RepositoryAddress("file://\(files.folder.path)"))
    func expect(_ name: String?, _ kind: FetchedRepository.Resolved.Kind, _ commit: String) throws {
      let found = try fetched.resolve(name)
      #expect(
        found == FetchedRepository.Resolved(kind: kind, name: name ?? "main", commit: commit))
    }
    try expect(nil, .branch, second)
    try expect("main", .branch, second)
    try expect("side/line", .branch, first)
    try expect("v1", .tag, first)
    try expect(first, .commit, first)
    try expect(String(second.prefix(9)), .commit, second)
  }

  @Test(arguments: [
    "nothing", "", "HEAD~1", "main@{1}", "../../etc", "v1^{tree}", ":/message", "12345",
    "v1-0-g0123456", "é", "a b", "0123456789",
  ])
  func `other names are refused`(name: String) throws {
    let fetched = try FetchedRepository(RepositoryAddress(files.folder.path))
    #expect(
      throws: GitError.unknownReference(name, repository: "'\(files.folder.path)'")
    ) { try fetched.resolve(name) }
  }

  @Test func `a repository without a commit has nothing to resolve`() throws {
    let fresh = try TestRepository()
    let fetched = try FetchedRepository(RepositoryAddress(fresh.folder.path))
    #expect(throws: GitError.self) { try fetched.resolve(nil) }
  }

  @Test func `more bytes than the limit end the transfer`() throws {
    var generator = SystemRandomNumberGenerator()
    let noise = Data((0..<400_000).map { _ in UInt8.random(in: 0...255, using: &generator) })
    try files.write(noise, to: "noise.bin")
    try files.commit()
    let error = #expect(throws: GitError.self) {
      _ = try FetchedRepository(RepositoryAddress(files.folder.path), limit: 50_000).resolve(nil)
    }
    #expect(error?.description.contains("more than 50000 bytes") == true)
  }

  @Test func `what cannot be fetched is named, with what to do`() throws {
    let empty = files.folder.appending(path: "no-repository")
    try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
    let error = #expect(throws: GitError.self) {
      _ = try FetchedRepository(RepositoryAddress("file://\(empty.path)")).resolve(nil)
    }
    #expect(error?.description.contains("'file://\(empty.path)' cannot be fetched: ") == true)
    #expect(error?.description.contains("Check the address") == true, "\(error.debugDescription)")
  }

  @Test(arguments: [
    "ssh://example.org/a.git", "git://example.org/a.git", "http://example.org/a.git",
    "https://user:secret@example.org/a.git", "ext::sh -c id", "git@example.org:a.git",
    "/no/such/folder", "", "file://a\nb", "https://example.org/a.git?token=secret",
    "https://example.org/a.git#secret", "https://example.org/\u{202E}a.git",
    "https://example.org/\u{9B}31ma.git",
  ])
  func `addresses of other kinds are refused`(address: String) {
    let error = #expect(throws: GitError.self) { try RepositoryAddress(address) }
    let shown = error?.description ?? ""
    #expect(shown == shown.printable && !shown.contains("=secret") && !shown.contains(":secret"))
  }

  @Test(arguments: [
    ("https://example.org/a.git@v1.2", "https://example.org/a.git", "v1.2"),
    ("https://example.org/a.git", "https://example.org/a.git", nil),
    ("https://example.org/a.git@feature/x", "https://example.org/a.git", "feature/x"),
    ("https://user@example.org/a.git", "https://user@example.org/a.git", nil),
    ("/srv/a.git@main", "/srv/a.git", "main"), ("/tmp", "/tmp", nil),
  ])
  func `the reference stands behind the last at-sign`(
    text: String, address: String, reference: String?
  ) {
    let split = RepositoryAddress.split(text)
    #expect(split.address == address)
    #expect(split.reference == reference)
  }
}
