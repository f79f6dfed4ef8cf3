import ArgumentParser

/// The command `hone tasks`.
struct TasksCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tasks",
    abstract: "Makes sets of problems, looks into them, cleans and divides them.",
    subcommands: [
      TasksImportCommand.self,
      TasksInspectCommand.self,
      TasksSplitCommand.self,
      TasksDedupeCommand.self,
      TasksDecontaminateCommand.self,
      TasksCalibrateCommand.self,
    ])
}
