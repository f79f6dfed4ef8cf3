import ArgumentParser
import ModelFiles
import Policies
import Runs
import Tokenizers
import Transformers

/// The command `hone model info`.
struct ModelInfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Says what a model's files hold, without reading the weights.",
    discussion: """
      Checks the files as loading them would: every offset, size and shape.

        hone model info models/smollm2-135m.gguf
        hone model info runs/arithmetic-tiny-1
      """)

  @Argument(help: "A model folder, a .gguf or llama2.c .bin file, or a run's folder.")
  var path: String

  @Flag(help: "Print as JSON.")
  var json = false

  func run() throws {
    let summary = try ModelFile.inspect(Policy.modelPath(path))
    if json { return try CommandOutput.print(json: summary) }
    print(Self.text(summary))
  }

  static func text(_ summary: ModelSummary) -> String {
    let shape = summary.shape
    var features = [shape.tiedHead ? "head tied to the embedding" : "separate head"]
    if shape.attentionBias { features.append("attention biases") }
    if shape.queryKeyNorm { features.append("query and key norms") }
    let types = summary.types.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\($0.value) × \($0.key)" }
    return TextTable.lines([
      ("format", summary.format.rawValue),
      ("parameters", TextTable.grouped(summary.parameterCount)),
      ("weights", "\(TextTable.bytes(summary.bytes)): \(types.joined(separator: ", "))"),
      ("blocks", "\(shape.blocks), width \(shape.width), feed-forward \(shape.feedForwardWidth)"),
      ("heads", "\(shape.heads) of width \(shape.headWidth), \(shape.kvHeads) for keys and values"),
      ("vocabulary", TextTable.grouped(shape.vocabularySize)),
      ("positions", TextTable.grouped(shape.maxPositions)),
      ("features", features.joined(separator: ", ")),
      ("tokenizer", summary.tokenizer ?? "none"),
      ("template", summary.template?.rawValue ?? "none: \(summary.templateProblem ?? "")"),
    ])
  }
}
