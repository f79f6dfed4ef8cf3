package import Foundation
import Settings
import Glibc

/// The right to work in a folder, held as long as the value lives.
///
/// The lock is `flock`'s, so the system takes it back whenever the process ends, however it ends;
/// the file it is on stays and says nothing. Children do not inherit it (`O_CLOEXEC`).
package final class RunLock: Sendable {
  private let handle: FileHandle

  /// How often, and how many microseconds apart, a lock is tried that another one has: who looks
  /// whether a run is at work has it for a moment.
  private static let tries = (count: 20, microseconds: UInt32(5000))

  /// Takes the lock of `folder`, and writes this process's id into its file.
  ///
  /// - Throws: ``RunError/inUse(folder:processID:)`` where another holder has it, in this process
  ///   too.
  package init(of folder: URL) throws(RunError) {
    let path = folder.appending(path: "lock").path
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .system(operation: "open", path: path, reason: String(cString: strerror(errno)))
    }
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var failure: Int32 = 0
    for attempt in 1...Self.tries.count {
      failure = flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno
      guard failure == EWOULDBLOCK, attempt < Self.tries.count else { break }
      usleep(Self.tries.microseconds)
    }
    guard failure == 0 else {
      guard failure == EWOULDBLOCK else {
        throw .system(operation: "lock", path: path, reason: String(cString: strerror(failure)))
      }
      throw .inUse(folder: folder.relativePath, processID: Self.holder(handle))
    }
    do {
      try handle.truncate(atOffset: 0)
      try handle.write(contentsOf: Data("\(getpid())\n".utf8))
    } catch {
      throw .system(operation: "write", path: path, reason: failureReason(error))
    }
  }

  /// Whether a process, this one included, holds the lock of `folder`.
  ///
  /// - Throws: ``RunError/system(operation:path:reason:)`` where the lock's file cannot be read.
  package static func isHeld(in folder: URL) throws(RunError) -> Bool {
    let path = folder.appending(path: "lock").path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      guard errno == ENOENT else {
        throw .system(operation: "open", path: path, reason: String(cString: strerror(errno)))
      }
      return false
    }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0
  }

  /// The process that holds the lock of `folder`; `nil` where none does.
  package static func holder(of folder: URL) throws(RunError) -> Int32? {
    guard try isHeld(in: folder) else { return nil }
    let file = folder.appending(path: "lock")
    do {
      let handle = try FileHandle(forReadingFrom: file)
      defer { withExtendedLifetime(handle) {} }
      return holder(handle)
    } catch {
      throw .system(operation: "read", path: file.path, reason: failureReason(error))
    }
  }

  /// The process id in the file; `nil` while its holder is about to write it.
  private static func holder(_ handle: FileHandle) -> Int32? {
    guard let data = try? handle.read(upToCount: 20) else { return nil }
    return String(bytes: data, encoding: .utf8).flatMap {
      Int32($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }
}
