package import Foundation
import Settings
import Glibc

/// Writes a file so that a reader, and a crash, find either the old bytes or the new ones.
package enum AtomicFile {
  /// Writes beside, syncs, renames into place, and syncs the folder.
  ///
  /// - Throws: ``RunError/system(operation:path:reason:)``; the old file is then as it was, and
  ///   nothing lies beside it.
  package static func write(_ data: Data, to url: URL) throws(RunError) {
    try refuseOther(url)
    let beside = Self.beside(url)
    var isInPlace = false
    defer { if !isInPlace { unlink(beside.path) } }
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
    isInPlace = true
    try sync(url.deletingLastPathComponent())
  }

  /// Finds out whether a file can be written, before long work is done for it.
  ///
  /// - Throws: ``RunError/system(operation:path:reason:)``, as ``write(_:to:)`` would.
  package static func check(_ url: URL) throws(RunError) {
    try refuseOther(url)
    let descriptor = open(beside(url).path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure("write", url) }
    close(descriptor)
    unlink(beside(url).path)
  }

  /// Waits until a file or a folder is on its disk.
  package static func sync(_ url: URL) throws(RunError) {
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open", url) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("sync", url) }
  }

  private static func beside(_ url: URL) -> URL { url.appendingPathExtension("new") }

  /// Refuses a folder, a pipe or a device: renaming a file to its name would replace it.
  private static func refuseOther(_ url: URL) throws(RunError) {
    var status = stat()
    guard stat(url.path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .system(operation: "write", path: url.path, reason: "it is no regular file")
    }
  }

  private static func failure(_ operation: String, _ url: URL) -> RunError {
    .system(operation: operation, path: url.path, reason: String(cString: strerror(errno)))
  }
}
