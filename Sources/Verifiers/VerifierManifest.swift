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

  /// The plugin's name, which is also its folder's.
  package let name: String
  /// One sentence for lists.
  package let summary: String
  /// The executable, then its arguments.
  package let command: [String]
  package let limits: Limits
  /// Whether it runs programs in cells of its own, and so may make namespaces inside its jail.
  package let nesting: Bool
  /// Names of further files beside the running executable that it needs, seen as `/hone/NAME`.
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
    guard names.count <= 8, names.allSatisfy({ !$0.contains("/") && !$0.hasPrefix(".") }) else {
      throw fields.invalid("needs", "must be at most 8 names of files, without folders")
    }
    return names
  }

  /// The absolute paths of the further files that it needs.
  ///
  /// - Parameter executables: The folder of the running executable.
  /// - Returns: The paths of files that are there.
  /// - Throws: ``VerifierError/noExecutable(verifier:command:reason:)``.
  func needs(beside executables: URL) throws(VerifierError) -> [String] {
    var paths: [String] = []
    for need in needs {
      let path = executables.appending(path: need).path
      guard FileManager.default.fileExists(atPath: path) else {
        throw .noExecutable(
          verifier: name, command: need,
          reason: "it needs this file beside hone, in \(executables.path)")
      }
      paths.append(path)
    }
    return paths
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
      guard FileManager.default.isExecutableFile(atPath: command) else {
        throw refuse("it is no executable file")
      }
      return command
    }
    let home = folder.standardizedFileURL.resolvingSymlinksInPath().path
    // Below the resolved folder: links are resolved only in paths that exist.
    let inside = URL(filePath: home).appending(path: command).standardizedFileURL
      .resolvingSymlinksInPath().path
    guard inside.hasPrefix(home + "/") else { throw refuse("it leaves the plugin's folder") }
    if FileManager.default.isExecutableFile(atPath: inside) { return inside }
    let beside = executables.appending(path: command).path
    guard !command.contains("/"), FileManager.default.isExecutableFile(atPath: beside) else {
      throw refuse("there is no such executable in \(home) or \(executables.path)")
    }
    return beside
  }
}
