import ArgumentParser

/// The command `hone pipeline`.
struct PipelineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pipeline",
    abstract: "Looks at pipelines without running them.",
    subcommands: [PipelineCheckCommand.self])
}
