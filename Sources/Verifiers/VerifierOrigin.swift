import Digests
package import Foundation

/// What a verifier is made of, by digests.
package struct VerifierOrigin: Equatable, Sendable {
  package let name: String
  package let version: String?
  /// The digest of its folder, the manifest included.
  package let folder: String
  /// The digest of its executable, where that lies beside hone's; nil for one in its folder or of
  /// the system.
  package let executable: String?
  /// The commit that its pin names; nil without a pin.
  package let pinnedCommit: String?

  /// The verifiers of a reward in its order, each before its parts.
  ///
  /// - Throws: ``VerifierError`` where one cannot be found, or `DigestError`.
  package static func all(
    of terms: [RewardTerm], in folders: [URL] = VerifierCatalog.folders(),
    executables: URL = VerifierCatalog.executableFolder
  ) throws -> [VerifierOrigin] {
    var origins: [VerifierOrigin] = []
    for term in terms {
      let manifest = try VerifierCatalog.find(term.verifier, in: folders)
      var found = [try VerifierOrigin(manifest, executables: executables)]
      // A part is looked for beside its whole first, and has no parts itself.
      let beside = [manifest.folder.deletingLastPathComponent()] + folders
      for part in manifest.parts {
        found.append(
          try VerifierOrigin(
            VerifierCatalog.find(part.verifier, in: beside), executables: executables))
      }
      for origin in found where !origins.contains(origin) { origins.append(origin) }
    }
    return origins
  }

  private init(_ manifest: VerifierManifest, executables: URL) throws {
    (name, version) = (manifest.name, manifest.version)
    folder = try SHA256.hexadecimal(ofFolder: manifest.folder)
    let command = try manifest.parts.isEmpty ? manifest.executable(beside: executables) : nil
    let isOurs = command.map { $0.hasPrefix(executables.path + "/") } ?? false
    executable =
      try isOurs ? command.map { try SHA256.hexadecimal(ofFile: URL(filePath: $0)) } : nil
    pinnedCommit = try VerifierPins.pin(of: manifest.folder)?.commit
  }
}
