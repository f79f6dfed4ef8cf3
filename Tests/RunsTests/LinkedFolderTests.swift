import Foundation
import Runs
import Testing

@Suite struct LinkedFolderTests {
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hone-links-\(UUID())")
    try FileManager.default.createDirectory(
      at: folder.appending(path: "a/inner"), withIntermediateDirectories: true)
    try Data("one".utf8).write(to: folder.appending(path: "a/one"))
    try Data("two".utf8).write(to: folder.appending(path: "a/two"))
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
    try body(folder)
  }

  private func number(_ file: URL) throws -> NSNumber? {
    try FileManager.default.attributesOfItem(atPath: file.path)[.systemFileNumber] as? NSNumber
  }

  @Test func `files are linked, but for those left out, and stay when the first name goes`() throws
  {
    try withFolder { folder in
      let (source, target) = (folder.appending(path: "a"), folder.appending(path: "deep/b"))
      try LinkedFolder.make(target, from: source, leavingOut: ["two"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: target.path) == ["one"])
      #expect(
        try number(source.appending(path: "one")) == number(target.appending(path: "one")))
      try FileManager.default.removeItem(at: source)
      #expect(try Data(contentsOf: target.appending(path: "one")) == Data("one".utf8))
    }
  }

  @Test func `what stood there is replaced, and what a killed writer left is swept`() throws {
    try withFolder { folder in
      let (source, target) = (folder.appending(path: "a"), folder.appending(path: "b"))
      for name in ["b", ".b.new"] {
        let old = folder.appending(path: name)
        try FileManager.default.createDirectory(at: old, withIntermediateDirectories: true)
        try Data().write(to: old.appending(path: "old"))
      }
      try LinkedFolder.make(target, from: source)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: target.path).sorted() == ["one", "two"])
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a", "b"])
    }
  }

  @Test func `a folder that is not there is named`() throws {
    try withFolder { folder in
      let failure = #expect(throws: RunError.self) {
        try LinkedFolder.make(folder.appending(path: "b"), from: folder.appending(path: "none"))
      }
      #expect(failure?.description.contains("none") == true)
    }
  }
}
