package import Foundation
package import VerifierKit
package import Verifiers

/// A plugin as `hone verifier list` shows it.
package struct VerifierListing: Codable, Equatable, Sendable {
  /// What a plugin may use.
  package struct Limits: Codable, Equatable, Sendable {
    package let requestSeconds: Double
    package let memoryMiB: Int
    package let processes: Int
    package let outputKiB: Int
  }

  package let name: String
  /// The manifest's sentence; nil where there is no manifest to read.
  package let summary: String?
  package let version: String?
  package let judges: String?
  /// What it is written in, as far as its command tells.
  package let language: String?
  package let command: [String]?
  /// The verifiers that it combines, with their weights.
  package let parts: [RewardTerm]?
  package let folder: String
  package let limits: Limits?
  package let settings: [String: JSONValue]?
  /// Rows of its `cases.jsonl`; nil without one.
  package let cases: Int?
  /// What is wrong with its manifest or its table; nil where nothing is.
  package let fault: String?

  /// Looks at every plugin of the folders, by name; a broken one is listed with its fault.
  ///
  /// - Parameters:
  ///   - folders: Folders of plugins, in order.
  ///   - executables: Where executables that commands name without a slash may lie.
  /// - Returns: The plugins.
  package static func all(
    in folders: [URL] = VerifierCatalog.folders(),
    executables: URL = VerifierCatalog.executableFolder
  ) -> [VerifierListing] {
    VerifierCatalog.plugins(in: folders).map { VerifierListing($0, executables: executables) }
  }

  private init(_ folder: URL, executables: URL) {
    (name, self.folder) = (folder.lastPathComponent, folder.path)
    var fault: String?
    var manifest: VerifierManifest?
    do throws(VerifierError) {
      let read = try VerifierManifest(folder: folder)
      manifest = read
      try read.checkCommand(beside: executables)
      try VerifierPins.check(folder)
    } catch {
      fault = error.description
    }
    var rows: Int?
    let table = folder.appending(path: VerifierCase.fileName)
    if FileManager.default.fileExists(atPath: table.path) {
      do {
        rows = try VerifierCase.read(table).count
      } catch {
        fault = fault ?? "\(error)"
      }
    }
    (self.fault, cases) = (fault, rows)
    (summary, version, judges) = (manifest?.summary, manifest?.version, manifest?.judges?.rawValue)
    let isComposite = manifest?.parts.isEmpty == false
    (command, settings) = (isComposite ? nil : manifest?.command, manifest?.settings)
    parts = isComposite ? manifest?.parts : nil
    language = command.map(Self.language)
    limits = (isComposite ? nil : manifest?.limits).map {
      Limits(
        requestSeconds: $0.requestSeconds, memoryMiB: $0.memoryMiB, processes: $0.processes,
        outputKiB: $0.outputKiB)
    }
  }

  private static func language(_ command: [String]) -> String {
    let program = (command[0] as NSString).lastPathComponent
    let kinds = [
      ("python", "Python"), ("pypy", "Python"), ("node", "JavaScript"), ("sh", "shell"),
      ("bash", "shell"), ("dash", "shell"), ("perl", "Perl"), ("ruby", "Ruby"),
    ]
    let script = program + " " + command.dropFirst().joined(separator: " ")
    if program.hasSuffix(".py") || script.contains(".py") { return "Python" }
    if program.hasSuffix(".sh") { return "shell" }
    return kinds.first { program == $0.0 || $0.0.count > 2 && program.hasPrefix($0.0) }?.1
      ?? "executable"
  }

  /// The plugin for people, in lines.
  package var text: String {
    var head = name
    if let version { head += " \(version)" }
    if let language { head += " (\(language))" }
    var lines = [head + (summary.map { ": \($0)" } ?? "")]
    if let judges { lines.append("  judges    \(judges)") }
    if let command { lines.append("  command   \(command.joined(separator: " "))") }
    if let parts {
      let words = parts.map { part in
        "\(part.weight) × \(part.verifier)" + (part.isConditional ? " where passed" : "")
      }
      lines.append("  parts     \(words.joined(separator: ", "))")
    }
    lines.append("  folder    \(folder)")
    if let limits {
      lines.append(
        "  limits    \(limits.requestSeconds) s a request, \(limits.memoryMiB) MiB, "
          + "\(limits.processes) processes, lines of \(limits.outputKiB) KiB")
    }
    lines.append("  cases     \(cases.map { "\($0)" } ?? "none; `hone verifier check` needs some")")
    if let fault { lines.append("  BROKEN    \(fault)") }
    return lines.joined(separator: "\n")
  }
}
