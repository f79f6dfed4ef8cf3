import Digests
import Foundation
import Glibc
import Provenance
import Runs
import Settings
package import Verifiers

extension VerifierInstallation {
  /// A folder beside the plugins in which one is put together; it goes with the value.
  final class Draft {
    let folder: URL
    private let plugins: URL

    private static let prefix = ".draft-"
    /// Seconds after which a draft belongs to nobody who still works.
    private static let abandonedSeconds = 86_400.0

    init(in plugins: URL) throws(InstallationError) {
      self.plugins = plugins
      folder = plugins.appending(path: "\(Self.prefix)\(UUID().uuidString)")
      Self.sweep(plugins)
      do {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      } catch {
        throw .unwritable(path: folder.path, reason: failureReason(error))
      }
    }

    deinit {
      // What is left begins with a dot, so it is no plugin, and a later draft removes it.
      try? FileManager.default.removeItem(at: folder)
      rmdir(plugins.path)  // only where it is empty: nothing was taken into a folder made for it
    }

    /// Fetches what is asked for, and writes it as `NAME` into the draft.
    ///
    /// - Returns: The name that its manifest says, and its pin.
    func take(_ request: Request) throws -> (name: String, pin: VerifierPin) {
      let fetched = try FetchedRepository(RepositoryAddress(request.url))
      let found = try fetched.resolve(request.reference)
      let path = request.path ?? request.name.map { "verifiers/\($0)" } ?? ""
      let files = try CommittedFolder(path, of: found.commit, in: fetched.repository).files
      let name = try Self.name(in: files, request, commit: found.commit)
      let home = folder.appending(path: name)
      for file in files { try write(file, to: home.appending(path: file.path)) }
      let pin = VerifierPin(
        url: request.url, reference: found.name, kind: Self.kind(found.kind), path: path,
        commit: found.commit, digest: try SHA256.hexadecimal(ofFolder: home))
      return (name, pin)
    }

    /// Pins the draft's plugin and renames it into place, over one that is there.
    func putInPlace(_ name: String, _ pin: VerifierPin) throws {
      try FolderTurn.take(in: plugins) {
        try setPin(of: name, pin)
        try moveAside(name)
        try move(folder.appending(path: name), to: plugins.appending(path: name))
      }
    }

    /// Takes a plugin out of its place, and then its pin away.
    func remove(_ name: String) throws {
      try FolderTurn.take(in: plugins) {
        try moveAside(name)
        try setPin(of: name, nil)
      }
    }

    /// Moves a plugin that is there out of its place; it is removed with the draft.
    private func moveAside(_ name: String) throws {
      let plugin = plugins.appending(path: name)
      guard FileManager.default.fileExists(atPath: plugin.path) else { return }
      try move(plugin, to: folder.appending(path: "before-\(name)"))
    }

    /// Changes the pins in one step; nobody else does meanwhile.
    private func setPin(of name: String, _ pin: VerifierPin?) throws {
      var pins = try VerifierPins(for: plugins)
      pins.verifiers[name] = pin
      try AtomicFile.write(try pins.data(), to: VerifierPins.file(for: plugins))
    }

    // MARK: - Files

    /// Removes the drafts of processes that were killed.
    private static func sweep(_ plugins: URL) {
      // What cannot be listed, dated or removed is met again when the draft is written.
      let entries = try? FileManager.default.contentsOfDirectory(
        at: plugins, includingPropertiesForKeys: [.contentModificationDateKey])
      for entry in entries ?? [] where entry.lastPathComponent.hasPrefix(prefix) {
        let values = try? entry.resourceValues(forKeys: [.contentModificationDateKey])
        guard let date = values?.contentModificationDate,
          -date.timeIntervalSinceNow > abandonedSeconds
        else { continue }
        try? FileManager.default.removeItem(at: entry)
      }
    }

    private func write(_ file: CommittedFolder.File, to url: URL) throws(InstallationError) {
      do {
        try FileManager.default.createDirectory(
          at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(file.bytes).write(to: url, options: .withoutOverwriting)
        try FileManager.default.setAttributes(
          [.posixPermissions: file.isExecutable ? 0o755 : 0o644], ofItemAtPath: url.path)
      } catch {
        throw .unwritable(path: url.path, reason: failureReason(error))
      }
    }

    private func move(_ url: URL, to other: URL) throws(InstallationError) {
      do {
        try FileManager.default.moveItem(at: url, to: other)
      } catch {
        throw .unwritable(path: other.path, reason: failureReason(error))
      }
    }

    // MARK: - Names

    /// The name in the manifest, which is the folder's name from then on.
    private static func name(
      in files: [CommittedFolder.File], _ request: Request, commit: String
    ) throws(InstallationError) -> String {
      let place = request.path ?? "its root"
      guard let manifest = files.first(where: { $0.path == "verifier.yaml" }),
        manifest.bytes.count <= 1 << 16
      else {
        throw .noManifest(url: request.url, place: place, commit: commit)
      }
      let name: String?
      do {
        name = try SettingsTree.parse(String(decoding: manifest.bytes, as: UTF8.self))["name"]?.text
      } catch {
        throw .noManifest(url: request.url, place: place, commit: commit)
      }
      guard let name, VerifierCatalog.isName(name), name != "sdk" else {
        throw .unusableName(name: name ?? "", wanted: nil)
      }
      guard request.name == nil || request.name == name else {
        throw .unusableName(name: name, wanted: request.name)
      }
      return name
    }

    private static func kind(_ kind: FetchedRepository.Resolved.Kind) -> VerifierPin.Kind {
      switch kind {
      case .branch: .branch
      case .tag: .tag
      case .commit: .commit
      }
    }
  }
}

/// A verifier that cannot be taken from a repository.
package enum InstallationError: Error, Equatable, CustomStringConvertible {
  case noManifest(url: String, place: String, commit: String)
  /// The manifest's name is none, or another than the one that is wanted.
  case unusableName(name: String, wanted: String?)
  /// A plugin of this name is there, and was not added.
  case nameTaken(name: String, folder: String)
  /// A plugin of this name was added from elsewhere, or by another reference.
  case pinnedElsewhere(name: String, pin: VerifierPin)
  /// The reference leads to another commit than when it was pinned.
  case moved(name: String, reference: String, isTag: Bool, from: String, to: String)
  case notPinned(name: String)
  case notAccepted(name: String)
  /// What was accepted is not what the reference leads to.
  case otherCommit(accepted: String, reference: String, commit: String)
  case checkFailed(name: String, commit: String, report: String)
  /// The plugin changed its own files while it was checked.
  case changedItself(name: String)
  case unwritable(path: String, reason: String)

  package var description: String {
    switch self {
    case .noManifest(let url, let place, let commit):
      """
      '\(url)' has no verifier.yaml that can be read in \(place) (commit \(commit.prefix(12))). Name \
      its folder with --path.
      """
    case .unusableName(let name, let wanted?):
      "The verifier calls itself '\(name.printable)', not '\(wanted)'. Correct --name, or name its --path."
    case .unusableName(let name, nil):
      "The verifier's manifest calls it '\(name.printable)', which cannot name one. Ask its author."
    case .nameTaken(let name, let folder):
      """
      There is a verifier '\(name)' in \(folder) already, and another would hide it. Remove that \
      folder, or ask the author for another name.
      """
    case .pinnedElsewhere(let name, let pin):
      """
      Verifier '\(name)' is pinned to '\(pin.reference)' of \(pin.url). Take another reference with \
      `hone verifier update \(name) --to REF`, or `hone verifier remove \(name)` first.
      """
    case .moved(let name, let reference, let isTag, let from, let to):
      """
      \(isTag ? "The tag '\(reference)' was moved" : "'\(reference)' has moved on"): it is pinned to \
      \(from.prefix(12)) and leads to \(to.prefix(12)) now. Nothing was changed. Look at both, then \
      accept the new one with `hone verifier update \(name)\(isTag ? " --accept \(to.prefix(12))" : "")`.
      """
    case .notPinned(let name):
      """
      \(VerifierPins.fileName) has no verifier '\(name)'. `hone verifier list` shows what is there; \
      what was not added is changed by hand.
      """
    case .notAccepted(let name):
      "Verifier '\(name)' stays as it is: the new commit was not accepted. Accept it with --yes."
    case .otherCommit(let accepted, let reference, let commit):
      "Commit \(accepted) was accepted, but '\(reference)' leads to \(commit). Look at it again."
    case .checkFailed(let name, let commit, let report):
      """
      Verifier '\(name)' of commit \(commit.prefix(12)) breaks its own promises, so it was not taken:
      \(report)
      """
    case .changedItself(let name):
      "Verifier '\(name)' changed its own files while it was checked, so it was not taken."
    case .unwritable(let path, let reason):
      "'\(path)' cannot be written: \(reason)."
    }
  }
}
