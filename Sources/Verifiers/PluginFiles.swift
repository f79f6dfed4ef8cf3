import Foundation
import Sandbox
import VerifierKit

/// The files of the host that a plugin's settings name, and that it may therefore read.
struct PluginFiles: Sendable {
  /// Files by the name of their setting, in the manifest's order; settings without text name none.
  let files: [(setting: String, url: URL)]

  /// Finds the files.
  ///
  /// Who overrides a setting may name any file; a relative path is looked for in the current folder,
  /// then beside the folder of plugins. A manifest, which may come from anywhere, names only files of
  /// the plugin's own folder.
  ///
  /// - Throws: ``VerifierError/unusableFile(verifier:setting:path:reason:)``.
  init(
    _ manifest: VerifierManifest, settings: [String: JSONValue], overrides: [String: JSONValue]
  ) throws(VerifierError) {
    var files: [(String, URL)] = []
    let command = (manifest.command[0] as NSString).lastPathComponent
    var names = Set(["jail", command] + manifest.needs)
    for setting in manifest.files {
      func refuse(_ path: String, _ reason: String) -> VerifierError {
        .unusableFile(
          verifier: manifest.name, setting: setting, path: path, reason: reason)
      }
      guard case .string(let path)? = settings[setting] else {
        throw refuse("", "the setting is not a path")
      }
      if path.isEmpty { continue }
      let url: URL?
      if overrides[setting] == nil {
        url = Self.file(path, in: manifest.folder)
        let home = Self.resolved(manifest.folder).path + "/"
        guard url?.path.hasPrefix(home) ?? true else {
          throw refuse(path, "a manifest names files of the plugin's own folder only")
        }
      } else {
        let folders = [
          URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory),
          manifest.folder.deletingLastPathComponent().deletingLastPathComponent(),
        ]
        url = folders.lazy.compactMap { Self.file(path, in: $0) }.first
      }
      guard let url else { throw refuse(path, "there is no such file") }
      guard names.insert(url.lastPathComponent).inserted else {
        throw refuse(path, "inside the jail another file has its name")
      }
      files.append((setting, url))
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

  /// The file that a path names, all links resolved; nil where there is none.
  private static func file(_ path: String, in folder: URL) -> URL? {
    let url = resolved(path.hasPrefix("/") ? URL(filePath: path) : folder.appending(path: path))
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
    return exists && !isFolder.boolValue ? url : nil
  }

  private static func resolved(_ url: URL) -> URL {
    url.standardizedFileURL.resolvingSymlinksInPath()
  }
}
