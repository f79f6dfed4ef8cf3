import Digests
import Foundation
import Testing

@Suite final class FolderDigestTests {
  private let folder = FileManager.default.temporaryDirectory
    .appending(path: "hone-digest-\(UUID().uuidString)")

  init() throws {
    try write("one", to: "a.txt")
    try write("two", to: "sub/b.txt")
  }

  deinit {
    do {
      try FileManager.default.removeItem(at: folder)
    } catch {
      print("left \(folder.path) behind: \(error)")
    }
  }

  private func write(_ text: String, to path: String) throws {
    let file = folder.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  private func digest() throws -> String { try SHA256.hexadecimal(ofFolder: folder) }

  @Test func `the digest is that of modes, paths and contents`() throws {
    let text = "100644 5:a.txt3:one100644 9:sub/b.txt3:two"
    #expect(try digest() == SHA256.hexadecimal(of: Array(text.utf8)))
  }

  @Test(arguments: ["a.txt", "sub/b.txt", "c.txt"])
  func `a changed or new file changes it`(path: String) throws {
    let before = try digest()
    try write("other", to: path)
    #expect(try digest() != before)
  }

  @Test func `who may run a file counts, dates and empty folders do not`() throws {
    let before = try digest()
    let file = folder.appending(path: "a.txt").path
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 0)], ofItemAtPath: file)
    try FileManager.default.createDirectory(
      at: folder.appending(path: "empty"), withIntermediateDirectories: true)
    #expect(try digest() == before)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
    #expect(try digest() != before)
  }

  @Test func `a link counts with its target and is not followed`() throws {
    let link = folder.appending(path: "link").path
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/zero")
    let first = try digest()
    try FileManager.default.removeItem(atPath: link)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/null")
    #expect(try digest() != first)
  }

  @Test func `a pipe is refused by its name`() throws {
    let pipe = folder.appending(path: "pipe").path
    try #require(mkfifo(pipe, 0o600) == 0)
    #expect(throws: DigestError.special(path: pipe)) { try digest() }
  }

  @Test func `a file has the digest of its bytes`() throws {
    let text = String(repeating: "0123456789", count: 200_000)
    try write(text, to: "large")
    #expect(
      try SHA256.hexadecimal(ofFile: folder.appending(path: "large"))
        == SHA256.hexadecimal(of: Array(text.utf8)))
  }
}
