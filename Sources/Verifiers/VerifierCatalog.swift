package import Foundation

/// Finds plugins: folders that hold a `verifier.yaml`, inside folders of plugins.
package enum VerifierCatalog {
  /// Where plugins are looked for, in this order: `verifiers/` of the current folder, then of the
  /// folder that `HONE_HOME` names, then of each folder above the running executable.
  package static func folders() -> [URL] {
    var parents = [URL(filePath: FileManager.default.currentDirectoryPath)]
    if let home = ProcessInfo.processInfo.environment["HONE_HOME"], !home.isEmpty {
      parents.append(URL(filePath: home))
    }
    var folder = executableFolder
    while folder.path != "/" {
      parents.append(folder)
      folder.deleteLastPathComponent()
    }
    var seen: Set<String> = []
    return parents.map { $0.appending(path: "verifiers", directoryHint: .isDirectory) }
      .filter { seen.insert($0.standardizedFileURL.path).inserted }
  }

  /// Finds the first plugin of a name.
  ///
  /// - Parameters:
  ///   - name: The plugin's name.
  ///   - folders: Folders of plugins, in order.
  /// - Returns: Its manifest.
  /// - Throws: ``VerifierError/notFound(name:folders:known:)``, what is wrong with its manifest, or
  ///   ``VerifierError/changedSincePin(name:folder:commit:)``.
  package static func find(
    _ name: String, in folders: [URL] = folders()
  ) throws(VerifierError) -> VerifierManifest {
    if isName(name) {
      for folder in folders where isPlugin(folder.appending(path: name)) {
        let plugin = folder.appending(path: name)
        try VerifierPins.check(plugin)
        return try VerifierManifest(folder: plugin)
      }
    }
    throw .notFound(name: name, folders: folders, known: names(in: folders))
  }

  /// Every plugin of the folders, by name; of two with one name, the one that ``find(_:in:)`` finds.
  ///
  /// - Throws: What is wrong with a manifest.
  package static func list(
    in folders: [URL] = folders()
  ) throws(VerifierError) -> [VerifierManifest] {
    var manifests: [VerifierManifest] = []
    for name in names(in: folders) { manifests.append(try find(name, in: folders)) }
    return manifests
  }

  /// The folders of all plugins, by name; of two with one name, the one that ``find(_:in:)`` finds.
  package static func plugins(in folders: [URL] = folders()) -> [URL] {
    names(in: folders).compactMap { name in
      folders.map { $0.appending(path: name) }.first(where: isPlugin)
    }
  }

  /// The names of all verifiers that take part in a reward: its own, and the parts of composites.
  ///
  /// - Throws: As ``find(_:in:)``.
  package static func members(
    of terms: [RewardTerm], in folders: [URL] = folders()
  ) throws(VerifierError) -> Set<String> {
    var names: Set<String> = []
    for term in terms {
      let manifest = try find(term.verifier, in: folders)
      names.insert(manifest.name)
      guard !manifest.parts.isEmpty else { continue }
      let beside = [manifest.folder.deletingLastPathComponent()] + folders
      names.formUnion(try members(of: manifest.parts, in: beside))
    }
    return names
  }

  // MARK: - Names and places

  /// Whether `name` can be a plugin's: lower-case letters, digits and hyphens, so never a path.
  package static func isName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 64 && !name.hasPrefix("-")
      && name.utf8.allSatisfy { byte in
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
      }
  }

  /// The folder of the running executable.
  package static var executableFolder: URL {
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
  }

  private static func isPlugin(_ folder: URL) -> Bool {
    FileManager.default.fileExists(atPath: folder.appending(path: "verifier.yaml").path)
  }

  private static func names(in folders: [URL]) -> [String] {
    var names: Set<String> = []
    for folder in folders {
      let entries = FileManager.default.enumerator(atPath: folder.path)
      while let entry = entries?.nextObject() as? String {
        entries?.skipDescendants()
        if isName(entry), isPlugin(folder.appending(path: entry)) { names.insert(entry) }
      }
    }
    return names.sorted()
  }
}
