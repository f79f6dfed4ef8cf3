import ArgumentParser
import Evaluation
import Foundation
import Pipelines
import Registry
import Runs

/// The command `hone policies show`.
struct PoliciesShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Says which policy a name stands for, and why it has it.",
    discussion: """
      Reads every byte of the policy's files to see that they are those that were
      promoted.

        hone policies show champion
      """)

  @Argument(help: "The name, or what it begins with.")
  var name: String

  @OptionGroup var runsFolder: RunsFolderOptions

  @Flag(help: "Print as JSON.")
  var json = false

  /// The policy, and the decision that gave it the name.
  struct Shown: Encodable {
    let policy: NamedPolicySummary
    let decision: PromotionDecision?
  }

  func run() throws {
    let policies = NamedPolicies(runsFolder.url)
    let folder = try policies.folder(of: name)
    guard let named = try policies.all().first(where: { $0.folder == folder }) else { return }
    let decision: PromotionDecision? = try named.entry.decision.map {
      try StableJSON.value(from: Data($0.utf8))
    }
    if json {
      return try CommandOutput.print(
        json: Shown(policy: NamedPolicySummary(named), decision: decision))
    }
    print(
      TextTable.lines([
        ("name", named.name), ("number", "\(named.entry.number ?? 0)"),
        ("run", TextTable.line(named.entry.run ?? "")), ("promoted", named.entry.created),
        ("policy", named.entry.policy ?? ""), ("folder", folder.relativePath),
      ]))
    if let decision { print(decision.text) }
  }
}
