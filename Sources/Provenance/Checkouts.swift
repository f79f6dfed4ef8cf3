import Digests
package import Foundation

/// Checkouts beside their repositories: a folder with one folder a commit, for all who need it.
///
/// A folder's name follows from the repository, the commit and the patch over it.
package struct Checkouts: Sendable {
  /// Where they are.
  package let folder: URL

  package init(in folder: URL) { self.folder = folder }

  /// The name of a checkout's folder.
  ///
  /// - Parameters:
  ///   - commit: 40 hexadecimal digits.
  ///   - patch: Over it; empty for none.
  ///   - root: The root of the repository's working tree.
  /// - Returns: The name, by which a person finds repository and commit.
  package static func name(_ commit: String, patch: Data = Data(), of root: URL) -> String {
    let digest = patch.isEmpty ? "" : SHA256.hexadecimal(of: Array(patch))
    let key = SHA256.hexadecimal(of: Array("\(root.path)\n\(commit)\n\(digest)".utf8))
    return "\(root.lastPathComponent)-\(commit.prefix(12))-\(key.prefix(8))"
  }

  /// A commit with a patch and nothing else, but for what a build leaves; one that was changed is made
  /// anew.
  ///
  /// - Returns: The checkout's root.
  /// - Throws: ``GitError``.
  package func exact(_ commit: String, patch: Data, of root: URL) throws(GitError) -> URL {
    let place = place(Self.name(commit, patch: patch, of: root))
    if FileManager.default.fileExists(atPath: place.path) {
      if Self.isExact(place, commit, patch) { return place }
      try remove(place)
    }
    try make(commit, patch: patch, of: root, at: place)
    return place
  }

  /// A commit whose files are as they were committed; what was added to them stays, so that one who is
  /// at work there keeps what it wrote.
  ///
  /// - Returns: The checkout's root.
  /// - Throws: ``GitError``.
  package func shared(_ commit: String, of root: URL) throws(GitError) -> URL {
    let place = place(Self.name(commit, of: root))
    if FileManager.default.fileExists(atPath: place.path) {
      if Self.isRestored(place, commit) { return place }
      try remove(place)
    }
    try make(commit, patch: Data(), of: root, at: place)
    return place
  }

  /// Removes checkouts that nobody needs, and what a process left that was killed while it made one.
  ///
  /// - Parameter names: Of those that are needed.
  /// - Returns: The roots of those that are not needed and yet stay, since they hold files that their
  ///   commit does not have.
  /// - Throws: ``GitError/unwritable(path:reason:)``.
  package func sweep(keeping names: Set<String>) throws(GitError) -> [URL] {
    guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
    let found: [String]
    do {
      found = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    } catch {
      throw .unwritable(path: folder.path, reason: error.localizedDescription)
    }
    var kept: [URL] = []
    for name in found where !names.contains(name) {
      let place = place(name)
      if name.hasPrefix(".") || Self.isAsCommitted(place) {
        try remove(place)
      } else {
        kept.append(place)
      }
    }
    return kept
  }

  // MARK: - Helpers

  private func place(_ name: String) -> URL {
    folder.appending(path: name, directoryHint: .isDirectory)
  }

  /// Makes it beside its place, so that a checkout that is there is whole.
  private func make(
    _ commit: String, patch: Data, of root: URL, at place: URL
  ) throws(GitError) {
    let beside = folder.appending(path: ".\(UUID().uuidString)")
    try Repository(at: root).checkOut(commit, patch: patch, into: beside)
    do {
      try FileManager.default.moveItem(at: beside, to: place)
    } catch {
      throw .unwritable(path: place.path, reason: error.localizedDescription)
    }
  }

  /// Renames it first, so that one that is half removed is no checkout any more.
  private func remove(_ place: URL) throws(GitError) {
    let aside = folder.appending(path: ".\(UUID().uuidString)")
    do {
      try FileManager.default.moveItem(at: place, to: aside)
      try FileManager.default.removeItem(at: aside)
    } catch {
      throw .unwritable(path: place.path, reason: error.localizedDescription)
    }
  }

  private static func isExact(_ place: URL, _ commit: String, _ patch: Data) -> Bool {
    do throws(GitError) {
      let repository = try Repository(at: place)
      let head = try repository.head()
      let changes = try repository.changes(excluding: [place.appending(path: ".build")])
      return head.commit == commit && changes.patch == patch
    } catch {
      return false  // what cannot be read is made anew
    }
  }

  private static func isRestored(_ place: URL, _ commit: String) -> Bool {
    do throws(GitError) {
      let repository = try Repository(at: place)
      guard try repository.head().commit == commit else { return false }
      try repository.restore()
      return true
    } catch {
      return false  // what cannot be read is made anew
    }
  }

  private static func isAsCommitted(_ place: URL) -> Bool {
    do throws(GitError) {
      return try Repository(at: place).isAsCommitted()
    } catch {
      return false  // what cannot be read is not thrown away
    }
  }
}
