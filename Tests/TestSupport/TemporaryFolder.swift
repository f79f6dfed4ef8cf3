package import Foundation
import Glibc
import Synchronization

/// A folder of a test's own, which goes with the value, or with the process that still has it.
package final class TemporaryFolder: Sendable {
  package let url: URL

  /// The folders that are there.
  ///
  /// What a static property holds is never released, so what is left is removed as the process ends.
  private static let present = Mutex<Set<URL>>([])
  private static let isRemovedAtExit = atexit {
    for url in TemporaryFolder.present.withLock({ $0 }) { TemporaryFolder.remove(url) }
  }

  package init() throws {
    _ = Self.isRemovedAtExit
    let url = URL.temporaryDirectory.appending(path: "hone-tests-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    self.url = url
    Self.present.withLock { _ = $0.insert(url) }
  }

  deinit {
    Self.present.withLock { _ = $0.remove(url) }
    Self.remove(url)
  }

  private static func remove(_ url: URL) {
    do {
      try FileManager.default.removeItem(at: url)
    } catch {
      print("'\(url.path)' is left behind: \(error)")
    }
  }

  /// Writes a file, and the folders that it lies in.
  @discardableResult
  package func write(_ text: String, to path: String) throws -> URL {
    let file = url.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    return file
  }
}
