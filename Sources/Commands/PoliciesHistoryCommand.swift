import ArgumentParser
import Foundation
import Pipelines
import Registry
import Runs

/// The command `hone policies history`.
struct PoliciesHistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Lists what happened to a name: promotions, refusals, and what was undone.",
    discussion: """
        hone policies history champion
      """)

  @Argument(help: "The name.")
  var name: String

  @OptionGroup var runsFolder: RunsFolderOptions

  @Flag(help: "Print as JSON.")
  var json = false

  func run() throws {
    let rows = try NamedPolicies(runsFolder.url).history(of: name)
    if json { return try CommandOutput.print(json: rows) }
    CommandOutput.print(
      table: rows.map { row in
        [
          row.created, row.action.rawValue, TextTable.line(row.run ?? ""),
          row.number.map { "now number \($0)" } ?? "now none",
        ]
      })
  }
}
