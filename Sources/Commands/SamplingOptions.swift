import ArgumentParser
import Tasks

/// Which problems a command works on.
struct ProblemOptions: ParsableArguments {
  @Option(help: "A task with its split, such as arithmetic/train, or a .jsonl file.")
  var tasks: String

  @Option(help: "Only so many problems, the first ones. [default: all]")
  var limit: Int?

  func load() throws -> TaskSet {
    try TaskCatalog.load(tasks, in: TaskCatalog.defaultFolders(), limit: limit)
  }
}

/// How a command samples completions.
struct SamplingOptions: ParsableArguments {
  @Option(help: "Softmax temperature of the samples; 0 picks the likeliest token.")
  var temperature = 1.0

  @Option(help: "Tokens of a completion, the end included.")
  var maxTokens = 64

  @Option(name: .customLong("stop"), help: "A text that ends completions. May be repeated.")
  var stopTexts: [String] = []

  @Option(help: "Decides every draw.")
  var seed: UInt64 = 1
}
