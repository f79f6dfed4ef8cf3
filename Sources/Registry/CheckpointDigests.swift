import Digests
package import Foundation
import Settings

/// The digests of a checkpoint's files, in a file beside them that `sha256sum -c` reads, too.
///
/// ```
/// # 5f1e… (SHA-256 of the lines below)
/// 8a93…  config.json
/// 01bc…  model.safetensors
/// ```
package enum CheckpointDigests {
  /// The name of the file in a checkpoint's folder.
  package static let fileName = "SHA256SUMS"
  /// Bytes of the file that are read, at most.
  private static let maximumBytes = 1 << 20

  /// Makes the file's content, of all other files that lie in a folder.
  package static func document(of folder: URL) throws -> Data {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    let lines = try names.filter { $0 != fileName }.map { name in
      "\(try SHA256.hexadecimal(ofFile: folder.appending(path: name)))  \(name)\n"
    }
    let body = lines.joined()
    return Data("# \(SHA256.hexadecimal(of: Array(body.utf8))) (SHA-256 of the lines below)\n".utf8)
      + Data(body.utf8)
  }

  /// Finds the first file of a checkpoint that is not as it was written.
  ///
  /// - Returns: nil where all are whole.
  package static func damage(in folder: URL) -> CheckpointDamage? {
    guard let (seal, body) = parts(of: folder) else {
      return CheckpointDamage(file: fileName, reason: "it cannot be read")
    }
    guard SHA256.hexadecimal(of: Array(body.utf8)) == seal else {
      return CheckpointDamage(file: fileName, reason: "its digest is another one")
    }
    for line in body.split(separator: "\n") {
      let (wanted, name) = (line.prefix(64), String(line.dropFirst(66)))
      guard isPlainFile(name, in: folder) else {
        return CheckpointDamage(file: name, reason: "it is gone, or no plain file")
      }
      do {
        guard try SHA256.hexadecimal(ofFile: folder.appending(path: name)) == wanted else {
          return CheckpointDamage(file: name, reason: "its digest is another one")
        }
      } catch {
        return CheckpointDamage(file: name, reason: failureReason(error))
      }
    }
    return nil
  }

  /// Whether a checkpoint has digests; those of an older hone have none.
  package static func exist(in folder: URL) -> Bool {
    FileManager.default.fileExists(atPath: folder.appending(path: fileName).path)
  }

  /// The digest of all digests, which stands for the whole checkpoint; nil where it has none.
  static func seal(of folder: URL) -> String? { parts(of: folder)?.seal }

  // MARK: - Helpers

  private static func parts(of folder: URL) -> (seal: String, body: String)? {
    let data: Data?
    do {
      let handle = try FileHandle(forReadingFrom: folder.appending(path: fileName))
      data = try handle.read(upToCount: maximumBytes)
      try handle.close()
    } catch {
      return nil  // what cannot be read holds no digests, as a missing file does
    }
    guard let data, let text = String(validating: data, as: UTF8.self), text.hasPrefix("# "),
      let end = text.firstIndex(of: "\n")
    else { return nil }
    return (String(text.dropFirst(2).prefix(64)), String(text[text.index(after: end)...]))
  }

  /// Whether a name is that of a regular file of the folder, and no link or path to elsewhere.
  private static func isPlainFile(_ name: String, in folder: URL) -> Bool {
    guard !name.contains("/") else { return false }
    // What cannot be looked at is no file, as one that is gone.
    let values = try? FileManager.default.attributesOfItem(
      atPath: folder.appending(path: name).path)
    return values?[.type] as? FileAttributeType == .typeRegular
  }
}

/// A file of a checkpoint that is not as it was written.
package struct CheckpointDamage: Error, Equatable, Sendable {
  package let file: String
  package let reason: String

  package init(file: String, reason: String) {
    (self.file, self.reason) = (file, reason)
  }
}
