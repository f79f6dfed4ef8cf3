import Foundation
import Glibc
import Testing

@testable import Runs

@Suite struct AtomicFileTests {
  /// Runs `body` with a folder of its own.
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
    try body(folder)
  }

  @Test func `a pipe is refused and stays`() throws {
    try withFolder { folder in
      let pipe = folder.appending(path: "pipe")
      try #require(mkfifo(pipe.path, 0o600) == 0)
      #expect(
        throws: RunError.system(
          operation: "write", path: pipe.path, reason: "it is no regular file")
      ) { try AtomicFile.write(Data("text".utf8), to: pipe) }
      var status = stat()
      #expect(stat(pipe.path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["pipe"])
    }
  }

  @Test func `a file is replaced, and nothing stays beside it`() throws {
    try withFolder { folder in
      let file = folder.appending(path: "file")
      for text in ["old", "new"] { try AtomicFile.write(Data(text.utf8), to: file) }
      #expect(try Data(contentsOf: file) == Data("new".utf8))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
    }
  }

  @Test func `a check tells what a write would, and leaves nothing`() throws {
    try withFolder { folder in
      let file = folder.appending(path: "file")
      try AtomicFile.check(file)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
      let lost = folder.appending(path: "missing/file")
      #expect(
        throws: RunError.system(
          operation: "write", path: lost.path, reason: "No such file or directory")
      ) { try AtomicFile.check(lost) }
      #expect(
        throws: RunError.system(
          operation: "write", path: folder.path, reason: "it is no regular file")
      ) { try AtomicFile.check(folder) }
    }
  }
}
