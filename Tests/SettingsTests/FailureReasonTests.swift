import Foundation
import Settings
import TestSupport
import Testing

@Suite struct FailureReasonTests {
  /// Why a path cannot be read, by both ways in which the house reads files.
  private func reasons(_ url: URL) -> [String] {
    let readers: [(URL) throws -> Data?] = [
      { try Data(contentsOf: $0) }, { try FileHandle(forReadingFrom: $0).read(upToCount: 1) },
    ]
    return readers.map { read in
      do {
        return "read: \(try read(url)?.count ?? 0)"
      } catch {
        return failureReason(error)
      }
    }
  }

  @Test func `a file that is not there does not exist`() throws {
    let folder = try TemporaryFolder()
    let absent = reasons(folder.url.appending(path: "absent"))
    #expect(absent == [missingFileReason, missingFileReason])
  }

  @Test func `a folder is called one`() throws {
    let folder = try TemporaryFolder()
    #expect(reasons(folder.url) == ["it is a folder", "it is a folder"])
  }

  @Test func `what the system says is said in lower case`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("", to: "file")
    #expect(reasons(file.appending(path: "within")) == ["not a directory", "not a directory"])
  }
}
