package import Foundation

/// The folder of real inputs beside the checkout, where it is there.
package enum SharedFiles {
  /// `../shared`, seen from the package's root.
  package static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "shared")

  /// Whether the inputs can be read.
  ///
  /// Under CI they must be, so there a test runs and fails instead.
  package static var areHere: Bool {
    FileManager.default.fileExists(atPath: root.path)
      || ProcessInfo.processInfo.environment["CI"] != nil
  }

  /// What a skipped test says.
  package static let absence: String =
    "SKIPPED: the real inputs (../shared) are not beside this checkout"
}
