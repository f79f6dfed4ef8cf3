package import Foundation
package import VerifierKit

/// What a plugin's `verifier.yaml` says: how to start it, within which limits, with which settings.
package struct VerifierManifest: Equatable, Sendable {
  /// What a plugin may use.
  package struct Limits: Equatable, Sendable {
    /// Seconds for one request, by the host's clock.
    package var requestSeconds: Double = 2
    /// Address space of each of its processes, in MiB.
    package var memoryMiB: Int = 512
    /// Processes and threads, its own included.
    package var processes: Int = 4
    /// CPU seconds of each of its processes, from its start to its end; nil for any number.
    package var cpuSeconds: Int?
    /// Seconds after which a process is replaced by a fresh one, between two requests; nil for never.
    package var wallSeconds: Double?
    /// Size of its scratch folder `/tmp`, in MiB; 0 for none.
    package var scratchMiB: Int = 16
    /// Longest line that it may write, in KiB.
    package var outputKiB: Int = 1024

    package init() {}
  }

  /// What a plugin judges: which attacks may fool it depends on that.
  package enum Subject: String, Codable, Sendable, CaseIterable {
    /// A number, or an expression that has one.
    case number
    /// A program.
    case code
    /// A short answer: a name, a date, a choice.
    case fact
    /// Any other text.
    case text
  }

  /// The plugin's name, which is also its folder's.
  package let name: String
  /// One sentence for lists.
  package let summary: String
  /// The plugin's version; nil where the manifest does not say.
  package let version: String?
  /// What it judges; nil where the manifest does not say, and the problems must tell.
  package let judges: Subject?
  /// The executable, then its arguments.
  package let command: [String]
  package let limits: Limits
  /// Whether it runs programs in cells of its own, and so may make namespaces inside its jail.
  package let nesting: Bool
  /// Further files that it needs, seen as `/hone/NAME`: names beside the running executable, or
  /// `PLUGIN/NAME` for a file of another plugin of its folder.
  package let needs: [String]
  /// The plugin's settings with their defaults.
  package let settings: [String: JSONValue]
  /// The plugin's folder.
  package let folder: URL

  /// Reads `verifier.yaml` in `folder`.
  ///
  /// - Throws: ``VerifierError/unreadableManifest(file:reason:)`` or
  ///   ``VerifierError/invalidManifest(file:field:rule:)``.
  package init(folder: URL) throws(VerifierError) {
    let file = folder.appending(path: "verifier.yaml")
    var fields = try ManifestFields(file: file)
    name = try fields.text("name")
    summary = try fields.text("summary")
    command = try fields.texts("command")
    let version = try fields.integer("protocol", in: 0...Int(Int32.max))
    limits = try Self.limits(fields.section("limits"))
    nesting = try fields.flag("nesting")
    needs = try Self.needs(&fields)
    settings = try fields.object("settings")
    self.version = try fields.has("version") ? fields.text("version") : nil
    judges = try Self.subject(&fields)
    try fields.refuseOthers()
    self.folder = folder

    guard version == VerifierProtocol.version else {
      throw fields.invalid(
        "protocol", "\(version) is unknown; this program speaks \(VerifierProtocol.version)")
    }
    guard VerifierCatalog.isName(name) else {
      throw fields.invalid("name", "must be lower-case letters, digits and hyphens")
    }
    guard name == folder.lastPathComponent else {
      throw fields.invalid("name", "must be the folder's name, '\(folder.lastPathComponent)'")
    }
  }

  private static func subject(
    _ fields: inout ManifestFields
  ) throws(VerifierError) -> Subject? {
    guard fields.has("judges") else { return nil }
    let word = try fields.text("judges")
    guard let subject = Subject(rawValue: word) else {
      let known = Subject.allCases.map(\.rawValue).joined(separator: ", ")
      throw fields.invalid("judges", "is '\(word.prefix(64))', but must be one of \(known)")
    }
    return subject
  }

  private static func limits(_ section: ManifestFields?) throws(VerifierError) -> Limits {
    guard var fields = section else { return Limits() }
    var limits = Limits()
    let defaults = limits
    limits.requestSeconds = try fields.number(
      "requestSeconds", in: 0.01...3600, default: defaults.requestSeconds)
    limits.memoryMiB = try fields.integer(
      "memoryMiB", in: 16...65536, default: defaults.memoryMiB)
    limits.processes = try fields.integer("processes", in: 1...256, default: defaults.processes)
    limits.outputKiB = try fields.integer(
      "outputKiB", in: 1...VerifierProtocol.lineLimit / 1024, default: defaults.outputKiB)
    limits.cpuSeconds = try fields.optionalNumber("cpuSeconds", in: 1...1e9).map { Int($0) }
    limits.wallSeconds = try fields.optionalNumber("wallSeconds", in: 1...1e9)
    limits.scratchMiB = try fields.integer(
      "scratchMiB", in: 0...65536, default: defaults.scratchMiB)
    try fields.refuseOthers()
    return limits
  }

  private static func needs(
    _ fields: inout ManifestFields
  ) throws(VerifierError) -> [String] {
    guard let names = try fields.optionalTexts("needs") else { return [] }
    guard names.count <= 8, names.allSatisfy(isNeed) else {
      throw fields.invalid(
        "needs", "must be at most 8 names of files, without folders but for another plugin's")
    }
    return names
  }

  private static func isNeed(_ need: String) -> Bool {
    let parts = need.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count <= 2 && parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") }
      && (parts.count == 1 || VerifierCatalog.isName(String(parts[0])))
  }

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
  /// - Parameter executables: The folder of the running executable.
  /// - Throws: ``VerifierError/noExecutable(verifier:command:reason:)`` or
  ///   ``VerifierError/noInterpreter(verifier:command:interpreter:searched:)``.
  package func checkCommand(beside executables: URL) throws(VerifierError) {
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
