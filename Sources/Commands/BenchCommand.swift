import ArgumentParser

/// The command `hone bench`.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Compares what 'make bench' measured.",
    subcommands: [BenchCompareCommand.self])
}
