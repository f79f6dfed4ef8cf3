import Digests
package import Foundation
import Settings

/// Which commit a verifier was taken from, and what its folder must be.
package struct VerifierPin: Codable, Equatable, Sendable {
  /// What kind of name the reference is.
  package enum Kind: String, Codable, Sendable {
    case branch, tag, commit
  }

  /// Where the repository is fetched from.
  package var url: String
  /// The tag, branch or commit that was asked for.
  package var reference: String
  package var kind: Kind
  /// The folder within the repository; empty for its root.
  package var path: String
  /// 40 hexadecimal digits.
  package var commit: String
  /// SHA-256 of the folder: paths, modes and contents.
  package var digest: String

  package init(
    url: String, reference: String, kind: Kind, path: String, commit: String, digest: String
  ) {
    (self.url, self.reference, self.kind) = (url, reference, kind)
    (self.path, self.commit, self.digest) = (path, commit, digest)
  }

  /// Whether it is short text that moves no cursor, with digests that are some.
  fileprivate var isPlain: Bool {
    [url, reference, path].allSatisfy { text in
      text.utf8.count <= 4_096
        && !text.unicodeScalars.contains {
          [.control, .format, .lineSeparator, .paragraphSeparator]
            .contains($0.properties.generalCategory)
        }
    }
      && [(commit, 40), (digest, 64)].allSatisfy { text, count in
        text.utf8.count == count && text.allSatisfy { $0.isASCII && $0.isHexDigit }
      }
  }
}

/// The verifiers that were taken from other repositories: `verifiers.lock`, beside their folder.
///
/// The file is meant for git: JSON with sorted keys, whose bytes depend on the pins alone.
package struct VerifierPins: Codable, Equatable, Sendable {
  package static let fileName = "verifiers.lock"
  /// Bytes of the file, at most.
  private static let byteLimit = 1 << 20

  /// How the file is laid out.
  private var format = 1
  /// By the verifier's name.
  package var verifiers: [String: VerifierPin] = [:]

  package init() {}

  /// The file for a folder of plugins.
  package static func file(for plugins: URL) -> URL {
    plugins.standardizedFileURL.deletingLastPathComponent().appending(path: fileName)
  }

  /// Reads the pins of a folder of plugins; none where there is no file.
  ///
  /// - Throws: ``VerifierError/unreadablePins(file:reason:)``.
  package init(for plugins: URL) throws(VerifierError) {
    let file = Self.file(for: plugins)
    guard FileManager.default.fileExists(atPath: file.path) else { return }
    func refuse(_ reason: String) -> VerifierError {
      .unreadablePins(file: file, reason: reason)
    }
    let read: VerifierPins
    do {
      let handle = try FileHandle(forReadingFrom: file)
      defer { handle.closeFile() }
      let data = try handle.read(upToCount: Self.byteLimit + 1) ?? Data()
      guard data.count <= Self.byteLimit else {
        throw refuse("it has more than \(Self.byteLimit) bytes")
      }
      read = try JSONDecoder().decode(VerifierPins.self, from: data)
    } catch let error as VerifierError {
      throw error
    } catch is DecodingError {
      throw refuse("it is not what `hone verifier add` writes")
    } catch {
      throw refuse(failureReason(error))
    }
    guard read.format == format else { throw refuse("its format is \(read.format), not \(format)") }
    for (name, pin) in read.verifiers {
      guard VerifierCatalog.isName(name) else {
        throw refuse("it pins what is no name of a verifier")
      }
      guard pin.isPlain else { throw refuse("its pin of '\(name)' is none that was written") }
    }
    self = read
  }

  /// The bytes of the file.
  package func data() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    return try encoder.encode(self) + Data("\n".utf8)
  }

  // MARK: - Plugins

  /// The pin of a plugin; nil without one.
  package static func pin(of plugin: URL) throws(VerifierError) -> VerifierPin? {
    try VerifierPins(for: plugin.deletingLastPathComponent()).verifiers[plugin.lastPathComponent]
  }

  /// Refuses a plugin that is not what its pin says.
  ///
  /// - Throws: ``VerifierError/changedSincePin(name:folder:commit:)``.
  package static func check(_ plugin: URL) throws(VerifierError) {
    guard let pin = try pin(of: plugin) else { return }
    let digest: String
    do {
      digest = try SHA256.hexadecimal(ofFolder: plugin)
    } catch {
      throw .unreadableManifest(file: plugin, reason: error.description)
    }
    guard digest == pin.digest else {
      throw .changedSincePin(
        name: plugin.lastPathComponent, folder: plugin, commit: pin.commit)
    }
  }
}
