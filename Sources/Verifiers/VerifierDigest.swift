import Digests
package import Foundation
import Settings
import VerifierKit

/// A fingerprint of all that decides the verdicts of a reward: which verifiers, with which settings
/// and weights, and every byte of their programs and files.
///
/// What the system gives them, such as the libraries of Python, is not part of it.
package enum VerifierDigest {
  /// Hashes the terms of a reward.
  ///
  /// - Parameters:
  ///   - terms: The reward.
  ///   - folders: Where plugins are looked for.
  ///   - executables: Where the executables of this package lie.
  /// - Returns: SHA-256 as hexadecimal digits.
  /// - Throws: ``VerifierError`` where a verifier cannot be found, or one of its files not be read.
  package static func hexadecimal(
    of terms: [RewardTerm], folders: [URL] = VerifierCatalog.folders(),
    executables: URL = VerifierCatalog.executableFolder
  ) throws -> String {
    var parts: [String] = []
    for term in terms {
      var settings: [UInt8] = []
      JSONWriter.append(term.settings, to: &settings)
      parts += [
        term.verifier, "\(term.weight)", term.onlyIf?.rawValue ?? "",
        String(decoding: settings, as: UTF8.self),
      ]
      let manifest = try VerifierCatalog.find(term.verifier, in: folders)
      parts += try files(of: manifest, overrides: term.settings, executables: executables).map {
        "\($0.name) \($0.digest)"
      }
      if !manifest.parts.isEmpty {
        let beside = [manifest.folder.deletingLastPathComponent()] + folders
        parts.append(
          try hexadecimal(of: manifest.parts, folders: beside, executables: executables))
      }
    }
    // With lengths, so that no two lists run together to one text.
    let text = parts.map { "\($0.utf8.count):\($0)" }.joined()
    return SHA256.hexadecimal(of: Array(text.utf8))
  }

  private static func files(
    of manifest: VerifierManifest, overrides: [String: JSONValue], executables: URL
  ) throws -> [(name: String, digest: String)] {
    // All of it, cases and documents too: a plugin can read whatever lies beside it.
    let folder = ("folder", try digest(ofFolder: manifest.folder))
    guard manifest.parts.isEmpty else { return [folder] }
    var files: [(name: String, url: URL)] = []
    let executable = try manifest.executable(beside: executables)
    files.append(("command", URL(filePath: executable)))
    for need in try manifest.needs(beside: executables) {
      files.append(("need \((need as NSString).lastPathComponent)", URL(filePath: need)))
    }
    let settings = manifest.settings.merging(overrides) { $1 }
    files += try PluginFiles(manifest, settings: settings, overrides: overrides).files.map {
      ("setting \($0.setting)", $0.url)
    }
    return [folder] + (try files.map { ($0.name, try digest($0.url)) })
  }

  private static func digest(ofFolder url: URL) throws -> String {
    do {
      return try SHA256.hexadecimal(ofFolder: url)
    } catch {
      throw VerifierError.unreadableManifest(file: url, reason: error.description)
    }
  }

  private static func digest(_ url: URL) throws -> String {
    do {
      return try SHA256.hexadecimal(ofFile: url)
    } catch {
      throw VerifierError.unreadableManifest(file: url, reason: failureReason(error))
    }
  }
}
