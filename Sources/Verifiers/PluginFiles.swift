import Foundation
import Sandbox
import VerifierKit

/// The files of the host that a plugin's settings name, and that it may therefore read.
struct PluginFiles: Sendable {
  /// Files by the name of their setting, in the manifest's order; settings without text name none.
  let files: [(setting: String, url: URL)]

  /// Finds the files.
  ///
  /// A relative path is looked for in the current folder, then beside the folder of plugins, then in
  /// the plugin's own. Only who overrides a setting may name any file: a manifest, which may come
  /// from anywhere, only those below one of these folders.
  ///
  /// - Throws: ``VerifierError/unusableFile(verifier:setting:path:reason:)``.
  init(
    _ manifest: VerifierManifest, settings: [String: JSONValue], overrides: [String: JSONValue]
  ) throws(VerifierError) {
    var files: [(String, URL)] = []
    for setting in manifest.files {
      func refuse(_ path: String, _ reason: String) -> VerifierError {
        .unusableFile(
          verifier: manifest.name, setting: setting, path: path, reason: reason)
      }
      guard case .string(let path)? = settings[setting] else {
        throw refuse("", "the setting is not a path")
      }
      if path.isEmpty { continue }
      let isBelow = !path.hasPrefix("/") && !path.split(separator: "/").contains("..")
      guard isBelow || overrides[setting] != nil else {
        throw refuse(path, "a manifest names files below the checkout or the plugin's folder only")
      }
      let candidates = Self.folders(of: manifest).map {
        URL(filePath: path, relativeTo: $0).standardizedFileURL.resolvingSymlinksInPath()
      }
      guard let url = candidates.first(where: { Self.isFile($0) }) else {
        throw refuse(path, "there is no such file")
      }
      files.append((setting, url))
    }
    let names = files.map(\.1.lastPathComponent) + ["jail"] + manifest.needs
    guard Set(names).count == names.count else {
      throw .unusableFile(
        verifier: manifest.name, setting: manifest.files.joined(separator: ", "),
        path: names.joined(separator: ", "), reason: "inside the jail, each needs a name of its own"
      )
    }
    self.files = files
  }

  /// The settings as the plugin gets them, with the places where it sees the files.
  func seen(
    _ settings: [String: JSONValue], in sandbox: Sandbox
  ) -> [String: JSONValue] {
    var seen = settings
    for (setting, url) in files { seen[setting] = .string(sandbox.place(ofHouse: url.path)) }
    return seen
  }

  // MARK: - Places

  private static func folders(of manifest: VerifierManifest) -> [URL] {
    [
      URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory),
      manifest.folder.deletingLastPathComponent().deletingLastPathComponent(),
      manifest.folder,
    ]
  }

  private static func isFile(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
      && !isFolder.boolValue
  }
}
