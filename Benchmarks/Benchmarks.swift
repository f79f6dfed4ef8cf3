import ArgumentParser

/// The program that `make bench` runs.
@main
struct Benchmarks: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hone-benchmarks",
    abstract: "Measures how fast hone is, and how near that comes to what the machine allows.",
    discussion: """
      Each workload runs in a process of its own, several times.

        hone-benchmarks                                  all workloads, as JSON
        hone-benchmarks decode-smollm2 train-small       those named
        hone-benchmarks round-small --json new.json      a table, and the JSON in a file
        hone-benchmarks profile round-small              where its time goes
        hone-benchmarks scaling                          what a token costs as sizes grow
        hone bench compare old.json new.json             what changed
      """,
    subcommands: [RunCommand.self, ProfileCommand.self, ScalingCommand.self, MeasureCommand.self],
    defaultSubcommand: RunCommand.self)
}

/// A workload's name that there is.
struct WorkloadName: ExpressibleByArgument {
  let workload: Workload

  init?(argument: String) {
    guard let workload = Workload.named(argument) else { return nil }
    self.workload = workload
  }

  static var allValueStrings: [String] { Workload.all.map(\.name) }
}
