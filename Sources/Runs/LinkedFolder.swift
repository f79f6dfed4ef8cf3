package import Foundation
import Glibc
import Settings

/// A second folder of files that are there already, which takes no further room.
///
/// Its files are hard links where the file system has them, and else copies: what is written anew
/// under a file's first name, as checkpoints are, leaves the linked one as it was.
package enum LinkedFolder {
  /// Makes `target` with the regular files of `source`, in one step; a folder of that name that is
  /// there is replaced.
  ///
  /// - Parameters:
  ///   - target: Where the folder is made; the folder that holds it is made, too.
  ///   - source: A folder of files.
  ///   - leavingOut: Names of files that are not taken along.
  /// - Throws: ``RunError/system(operation:path:reason:)``; what stood there is then as it was.
  package static func make(
    _ target: URL, from source: URL, leavingOut: Set<String> = []
  ) throws(RunError) {
    let beside = target.deletingLastPathComponent()
      .appending(path: ".\(target.lastPathComponent).new")
    do {
      let manager = FileManager.default
      try manager.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      if manager.fileExists(atPath: beside.path) { try manager.removeItem(at: beside) }
      try manager.createDirectory(at: beside, withIntermediateDirectories: false)
      for name in try manager.contentsOfDirectory(atPath: source.path).sorted()
      where !leavingOut.contains(name) {
        let file = source.appending(path: name)
        let kind = try manager.attributesOfItem(atPath: file.path)[.type] as? FileAttributeType
        guard kind == .typeRegular else { continue }
        try add(file, to: beside)
      }
      try AtomicFile.sync(beside)
      if manager.fileExists(atPath: target.path) { try manager.removeItem(at: target) }
      guard rename(beside.path, target.path) == 0 else {
        throw RunError.system(
          operation: "rename", path: beside.path, reason: String(cString: strerror(errno)))
      }
      try AtomicFile.sync(target.deletingLastPathComponent())
    } catch let error as RunError {
      throw error
    } catch {
      throw .system(operation: "link", path: source.path, reason: failureReason(error))
    }
  }

  private static func add(_ file: URL, to folder: URL) throws {
    let place = folder.appending(path: file.lastPathComponent)
    guard link(file.path, place.path) != 0 else { return }
    // Another file system, or one without links, or a file with too many of them.
    try FileManager.default.copyItem(at: file, to: place)
    try AtomicFile.sync(place)
  }
}
