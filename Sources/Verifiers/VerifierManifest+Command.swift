package import Foundation

/// Where the files are that a plugin is started from.
extension VerifierManifest {
  /// The absolute paths of the further files that it needs.
  ///
  /// - Parameter executables: The folder of the running executable.
  /// - Returns: The paths of files that are there.
  /// - Throws: ``VerifierError/noExecutable(verifier:command:reason:)``.
  func needs(beside executables: URL) throws(VerifierError) -> [String] {
    var paths: [String] = []
    for need in needs {
      guard let path = path(ofNeed: need, beside: executables) else {
        throw .noExecutable(
          verifier: name, command: need,
          reason: need.contains("/")
            ? "it needs this file of another plugin, in \(folder.deletingLastPathComponent().path)"
            : "it needs this file beside hone, in \(executables.path)")
      }
      paths.append(path)
    }
    return paths
  }

  /// Where a further file lies; nil where there is none, or where a link leads out of its plugin.
  private func path(ofNeed need: String, beside executables: URL) -> String? {
    guard let slash = need.firstIndex(of: "/") else {
      let path = executables.appending(path: need).path
      return FileManager.default.fileExists(atPath: path) ? path : nil
    }
    let plugin = folder.deletingLastPathComponent().appending(path: String(need[..<slash]))
      .standardizedFileURL.resolvingSymlinksInPath()
    let path = plugin.appending(path: String(need[need.index(after: slash)...]))
    guard FileManager.default.fileExists(atPath: path.path),
      path.resolvingSymlinksInPath().path.hasPrefix(plugin.path + "/")
    else { return nil }
    return path.path
  }

  /// The absolute path of the command's executable.
  ///
  /// A command that starts with a slash is one; another names a file inside the plugin's folder, or
  /// else, where it is a bare name, an executable beside the running one.
  ///
  /// - Parameter executables: The folder of the running executable.
  /// - Returns: The path of an executable file.
  /// - Throws: ``VerifierError/noExecutable(verifier:command:reason:)``.
  func executable(beside executables: URL) throws(VerifierError) -> String {
    let command = command[0]
    func refuse(_ reason: String) -> VerifierError {
      .noExecutable(verifier: name, command: command, reason: reason)
    }
    if command.hasPrefix("/") {
      guard FileManager.default.fileExists(atPath: command) else {
        let name = (command as NSString).lastPathComponent
        let elsewhere = Self.places(of: name)
        throw refuse(
          "there is no file \(command)"
            + (elsewhere.isEmpty
              ? ", nor a '\(name)' in \(Self.searched.joined(separator: ", "))"
              : "; '\(name)' is at \(elsewhere.joined(separator: ", "))"))
      }
      guard FileManager.default.isExecutableFile(atPath: command), !isFolder(command) else {
        throw refuse("it is no executable file")
      }
      return command
    }
    let home = folder.standardizedFileURL.resolvingSymlinksInPath().path
    // Below the resolved folder: links are resolved only in paths that exist.
    let inside = URL(filePath: home).appending(path: command).standardizedFileURL
      .resolvingSymlinksInPath().path
    guard inside.hasPrefix(home + "/") else { throw refuse("it leaves the plugin's folder") }
    if FileManager.default.fileExists(atPath: inside) {
      guard FileManager.default.isExecutableFile(atPath: inside), !isFolder(inside) else {
        throw refuse("\(inside) is no executable file; `chmod +x` makes a program one")
      }
      return inside
    }
    let beside = executables.appending(path: command).path
    guard !command.contains("/") else { throw refuse("there is no file \(inside)") }
    guard FileManager.default.isExecutableFile(atPath: beside), !isFolder(beside) else {
      let elsewhere = Self.places(of: command)
      throw refuse(
        "there is no such executable in \(home) or \(executables.path)"
          + (elsewhere.isEmpty
            ? "" : "; write the whole path, such as \(elsewhere.joined(separator: " or "))"))
    }
    return beside
  }

  /// Checks that the command can be started: its executable is there, and so is its interpreter.
  ///
  /// A composite has no command, and so nothing to check.
  ///
  /// - Parameter executables: The folder of the running executable.
  /// - Throws: ``VerifierError/noExecutable(verifier:command:reason:)`` or
  ///   ``VerifierError/noInterpreter(verifier:command:interpreter:searched:)``.
  package func checkCommand(beside executables: URL) throws(VerifierError) {
    guard parts.isEmpty else { return }
    try checkInterpreter(of: try executable(beside: executables))
  }

  /// The `#!` interpreter of a script, which must be there for the kernel to start it.
  ///
  /// - Parameter path: An executable file.
  /// - Throws: ``VerifierError/noInterpreter(verifier:command:interpreter:searched:)``.
  func checkInterpreter(of path: String) throws(VerifierError) {
    guard let first = Self.firstLine(of: path), first.hasPrefix("#!") else { return }
    let words = first.dropFirst(2).split(whereSeparator: { $0 == " " || $0 == "\t" })
      .map(String.init)
    guard let interpreter = words.first else { return }
    func refuse(_ name: String, _ searched: [String]) -> VerifierError {
      .noInterpreter(
        verifier: self.name, command: command[0], interpreter: name, searched: searched)
    }
    guard FileManager.default.isExecutableFile(atPath: interpreter) else {
      throw refuse(interpreter, [interpreter])
    }
    // `env` looks along PATH, which is empty in the jail, so it falls back to the system's folders.
    guard (interpreter as NSString).lastPathComponent == "env",
      let sought = words.dropFirst().first(where: { !$0.hasPrefix("-") && !$0.contains("=") }),
      Self.places(of: sought, in: Self.fallback).isEmpty
    else { return }
    throw refuse(sought, Self.fallback)
  }

  // MARK: - Files

  /// Where `execvp` looks without a PATH.
  private static let fallback = ["/bin", "/usr/bin"]
  /// Where a program of the system may be.
  private static let searched = ["/usr/bin", "/bin", "/usr/local/bin"]

  private static func places(of name: String, in folders: [String] = searched) -> [String] {
    guard !name.isEmpty, !name.contains("/") else { return [] }
    return folders.map { "\($0)/\(name)" }.filter(FileManager.default.isExecutableFile(atPath:))
  }

  private static func firstLine(of path: String) -> String? {
    guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
    defer { handle.closeFile() }
    // A file that cannot be read is no script: the kernel could not read its first line either.
    let data = (try? handle.read(upToCount: 256)) ?? Data()
    return String(decoding: data.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }

  private func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}
