import ArgumentParser
import Foundation
import Pipelines
import Registry
import Runs

/// The command `hone policies list`.
struct PoliciesListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists the names, and the policies that they stand for.",
    discussion: """
      A policy is used by its name: --policy champion, or policy: { named: champion }
      in a pipeline.

        hone policies list --runs nightly
      """)

  @OptionGroup var runsFolder: RunsFolderOptions

  @Flag(help: "Print as JSON.")
  var json = false

  func run() throws {
    let all = try NamedPolicies(runsFolder.url).all()
    if json { return try CommandOutput.print(json: all.map(NamedPolicySummary.init)) }
    guard !all.isEmpty else {
      print("No policy has a name yet: hone promote RUN --to champion gives it one.")
      return
    }
    let rows = all.map { named in
      [
        named.name, "number \(named.entry.number ?? 0)", named.entry.run ?? "",
        named.entry.created,
      ]
    }
    CommandOutput.print(table: rows.map { $0.map { TextTable.line($0) } })
  }
}

/// A named policy as JSON.
struct NamedPolicySummary: Encodable {
  let name: String
  let number: Int?
  let run: String?
  let created: String
  /// The digest of the policy.
  let policy: String?
  let folder: String

  init(_ named: NamedPolicies.Named) {
    name = named.name
    (number, run, created) = (named.entry.number, named.entry.run, named.entry.created)
    (policy, folder) = (named.entry.policy, named.folder.relativePath)
  }
}
