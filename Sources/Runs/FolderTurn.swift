package import Foundation
import Glibc

/// What processes do in a folder one after the other, such as making a file that all of them use.
package enum FolderTurn {
  /// Waits until no other process has its turn in `folder`, and then does `body`.
  ///
  /// The turn is `flock`'s on the folder itself: it ends with the process, and leaves no file.
  ///
  /// - Throws: ``RunError/system(operation:path:reason:)``, or what `body` throws.
  package static func take<Value>(in folder: URL, _ body: () throws -> Value) throws -> Value {
    let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open", folder) }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else { throw failure("lock", folder) }
    }
    return try body()
  }

  private static func failure(_ operation: String, _ folder: URL) -> RunError {
    .system(
      operation: operation, path: folder.relativePath, reason: String(cString: strerror(errno)))
  }
}
