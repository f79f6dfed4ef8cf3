package import Foundation

extension SHA256 {
  /// Hashes a file, piece by piece.
  ///
  /// - Throws: ``DigestError``.
  package static func hexadecimal(ofFile url: URL) throws(DigestError) -> String {
    var hash = SHA256()
    try hash.update(contentsOf: url)
    return hash.hexadecimal
  }

  /// Hashes a folder: the path, mode and contents of each file in it, sorted by the bytes of paths.
  ///
  /// A link counts with where it points to and is not followed; of a file's mode only counts whether
  /// its owner may run it. Dates, owners and empty folders do not count.
  ///
  /// - Throws: ``DigestError``, such as ``DigestError/special(path:)`` for a pipe.
  package static func hexadecimal(ofFolder folder: URL) throws(DigestError) -> String {
    let paths: [String]
    do {
      paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    } catch {
      throw .unreadable(path: folder.path, reason: error.localizedDescription)
    }
    var hash = SHA256()
    for path in paths.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      try hash.update(entry: path, of: folder)
    }
    return hash.hexadecimal
  }

  // MARK: - Helpers

  /// Takes in a file's or link's mode, path and contents, each but the mode after its length.
  private mutating func update(entry path: String, of folder: URL) throws(DigestError) {
    let url = folder.appending(path: path)
    let attributes: [FileAttributeKey: Any]
    let target: String?
    do {
      attributes = try FileManager.default.attributesOfItem(atPath: url.path)
      let isLink = attributes[.type] as? FileAttributeType == .typeSymbolicLink
      target =
        isLink ? try FileManager.default.destinationOfSymbolicLink(atPath: url.path) : nil
    } catch {
      throw .unreadable(path: url.path, reason: error.localizedDescription)
    }
    func begin(_ mode: String, bytes: Int) {
      update(Array("\(mode) \(path.utf8.count):\(path)\(bytes):".utf8))
    }
    if let target {
      begin("120000", bytes: target.utf8.count)
      update(Array(target.utf8))
      return
    }
    switch attributes[.type] as? FileAttributeType {
    case .typeDirectory?: return
    case .typeRegular?:
      let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
      begin(
        mode & 0o100 == 0 ? "100644" : "100755",
        bytes: (attributes[.size] as? NSNumber)?.intValue ?? 0)
      try update(contentsOf: url)
    default: throw .special(path: url.path)
    }
  }

  private mutating func update(contentsOf url: URL) throws(DigestError) {
    do {
      let handle = try FileHandle(forReadingFrom: url)
      defer { handle.closeFile() }
      while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty {
        update(Array(data))
      }
    } catch {
      throw .unreadable(path: url.path, reason: error.localizedDescription)
    }
  }
}

/// Files that cannot be hashed.
package enum DigestError: Error, Equatable, CustomStringConvertible {
  case unreadable(path: String, reason: String)
  /// Neither a file nor a folder nor a link.
  case special(path: String)

  package var description: String {
    switch self {
    case .unreadable(let path, let reason): "'\(path)' cannot be read: \(reason)"
    case .special(let path):
      "'\(path)' is neither a file nor a folder nor a link, so it has no contents; remove it."
    }
  }
}
