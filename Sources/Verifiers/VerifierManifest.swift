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
}
