import ArgumentParser

/// The command `hone policies`.
struct PoliciesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policies",
    abstract: "Shows the policies that have a name, and how they came by it.",
    subcommands: [
      PoliciesListCommand.self, PoliciesShowCommand.self, PoliciesHistoryCommand.self,
    ])
}
