import ArgumentParser

/// The command `hone tasks`.
struct TasksCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tasks",
    abstract: "Looks into sets of problems, cleans and divides them.",
    subcommands: [
      TasksInspectCommand.self,
      TasksSplitCommand.self,
      TasksDedupeCommand.self,
      TasksDecontaminateCommand.self,
      TasksCalibrateCommand.self,
    ])
}
