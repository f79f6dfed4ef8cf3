package import Foundation

/// What a folder takes on the disk.
package enum FolderSize {
  /// Bytes of all files in a folder and in those below it; links are not followed.
  package static func bytes(of folder: URL) throws -> Int {
    var bytes = 0
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
      let values = try FileManager.default.attributesOfItem(
        atPath: folder.appending(path: path).path)
      if values[.type] as? FileAttributeType == .typeRegular { bytes += values[.size] as? Int ?? 0 }
    }
    return bytes
  }
}
