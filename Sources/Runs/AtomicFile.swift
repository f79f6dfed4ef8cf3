package import Foundation
import Settings
import Glibc

/// Writes a file so that a reader, and a crash, find either the old bytes or the new ones.
package enum AtomicFile {
  /// Writes beside, syncs, renames into place, and syncs the folder.
  ///
  /// - Throws: ``RunError/system(operation:path:reason:)``; the old file is then as it was.
  package static func write(_ data: Data, to url: URL) throws(RunError) {
    let beside = url.appendingPathExtension("new")
    do {
      try data.write(to: beside)
      try sync(beside)
    } catch let error as RunError {
      throw error
    } catch {
      throw .system(operation: "write", path: url.path, reason: failureReason(error))
    }
    guard rename(beside.path, url.path) == 0 else {
      throw failure("rename", beside)
    }
    try sync(url.deletingLastPathComponent())
  }

  /// Waits until a file or a folder is on its disk.
  package static func sync(_ url: URL) throws(RunError) {
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open", url) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("sync", url) }
  }

  private static func failure(_ operation: String, _ url: URL) -> RunError {
    .system(operation: operation, path: url.path, reason: String(cString: strerror(errno)))
  }
}
