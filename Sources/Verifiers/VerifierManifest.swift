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

  /// How a plugin makes, once, what it reads at every start from the files that its settings name.
  package struct Preparation: Equatable, Sendable {
    /// Seconds that it may take.
    package var seconds: Double = 600
    /// Address space of each of its processes, in MiB.
    package var memoryMiB: Int = 1024
    /// Size of its scratch folder, and of what it makes, in MiB.
    package var scratchMiB: Int = 1024

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
  /// The executable, then its arguments; empty where there are parts.
  package let command: [String]
  /// The verifiers that this one combines; empty for a plugin of its own.
  package let parts: [RewardTerm]
  /// Whether it judges the form of a completion alone, and so must not pay for a wrong answer.
  package let isShaping: Bool
  package let limits: Limits
  /// Whether it runs programs in cells of its own, and so may make namespaces inside its jail.
  package let nesting: Bool
  /// Further files that it needs, seen as `/hone/NAME`: names beside the running executable, or
  /// `PLUGIN/NAME` for a file of another plugin of its folder.
  package let needs: [String]
  /// Settings that name files of the host, which the plugin may then read.
  package let files: [String]
  /// How it prepares itself from these files; nil where it reads them as they are.
  package let preparation: Preparation?
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
    parts = try Self.parts(&fields)
    command = parts.isEmpty ? try fields.texts("command") : []
    let version = try fields.integer("protocol", in: 0...Int(Int32.max))
    isShaping = try fields.flag("shaping")
    // A composite has no process, so it has none of its limits; its parts have their own settings.
    limits = parts.isEmpty ? try Self.limits(fields.section("limits")) : Limits()
    nesting = parts.isEmpty ? try fields.flag("nesting") : false
    needs = parts.isEmpty ? try Self.needs(&fields) : []
    settings = parts.isEmpty ? try fields.object("settings") : [:]
    files = parts.isEmpty ? try Self.files(&fields, settings: settings) : []
    preparation = parts.isEmpty ? try Self.preparation(fields.section("prepare")) : nil
    self.version = try fields.has("version") ? fields.text("version") : nil
    judges = try Self.subject(&fields)
    try fields.refuseOthers()
    self.folder = folder

    guard preparation == nil || !files.isEmpty else {
      throw fields.invalid("prepare", "needs 'files' to prepare something from")
    }
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

  private static func parts(
    _ fields: inout ManifestFields
  ) throws(VerifierError) -> [RewardTerm] {
    guard let sections = try fields.sections("parts") else { return [] }
    var parts: [RewardTerm] = []
    for var fields in sections {
      var part = RewardTerm(verifier: try fields.text("verifier"))
      // A penalty would pay a wrong whole more than a passing one.
      part.weight = try fields.number("weight", in: 0...1e6, default: 1)
      part.settings = try fields.object("settings")
      if fields.has("onlyIf") {
        let word = try fields.text("onlyIf")
        guard let condition = RewardTerm.Condition(rawValue: word) else {
          throw fields.invalid("onlyIf", "is '\(word.prefix(64))', but must be passed or always")
        }
        part.onlyIf = condition
      }
      try fields.refuseOthers()
      parts.append(part)
    }
    guard (1...16).contains(parts.count) else {
      throw fields.invalid("parts", "must be a list of 1...16 mappings")
    }
    return parts
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

  private static func preparation(
    _ section: ManifestFields?
  ) throws(VerifierError) -> Preparation? {
    guard var fields = section else { return nil }
    var preparation = Preparation()
    let defaults = preparation
    preparation.seconds = try fields.number("seconds", in: 1...86_400, default: defaults.seconds)
    preparation.memoryMiB = try fields.integer(
      "memoryMiB", in: 16...65536, default: defaults.memoryMiB)
    preparation.scratchMiB = try fields.integer(
      "scratchMiB", in: 1...65536, default: defaults.scratchMiB)
    try fields.refuseOthers()
    return preparation
  }

  /// The settings that name files; each has a default, which may be empty.
  private static func files(
    _ fields: inout ManifestFields, settings: [String: JSONValue]
  ) throws(VerifierError) -> [String] {
    guard let names = try fields.optionalTexts("files") else { return [] }
    for name in names {
      guard case .string? = settings[name], name != preparedSetting else {
        throw fields.invalid("files", "names '\(name.prefix(64))', which is no setting with a text")
      }
    }
    guard names.count <= 4, Set(names).count == names.count else {
      throw fields.invalid("files", "must be at most 4 settings, each once")
    }
    return names
  }

  /// What a plugin finds, beside its settings, where something was prepared for it.
  static let preparedSetting = "prepared"

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
