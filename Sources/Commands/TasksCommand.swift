import ArgumentParser

/// The command `hone tasks`.
struct TasksCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tasks",
    abstract: "Makes task sets, and looks into them.",
    subcommands: [
      TasksImportCommand.self
    ])
}
