import ArgumentParser

/// The command `hone model`.
struct ModelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Fetches models, and says what is in them.",
    subcommands: [ModelFetchCommand.self, ModelInfoCommand.self])
}
