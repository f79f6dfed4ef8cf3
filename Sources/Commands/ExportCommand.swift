import ArgumentParser
import Foundation
import ModelFiles
import Pipelines
import Policies
import Registry
import Runs
import Settings

/// The command `hone export`.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes a run's policy as a Hugging Face folder with a model card.",
    usage: "hone export <run> --output <folder> [--stage <name>] [<options>]",
    discussion: """
      The folder has config.json, model.safetensors in float32, the tokenizer's
      files, and a README.md that says what the policy was trained on, by which
      verifiers, and what its evaluations found. Hugging Face transformers and
      llama.cpp's converter load it. --stage takes the policy as a stage left it.

        hone export arithmetic-tiny-1 -o exported
        hone export arithmetic-tiny-1 --stage warmUp -o warmed-up
      """)

  @Argument(help: ArgumentHelp("The run: its name or its folder.", valueName: "run"))
  var name: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where the folder is made.", valueName: "folder"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "A stage that trained, such as warmUp. [default: the last one]", valueName: "name"))
  var stage: String?

  @OptionGroup var newOutput: NewOutputOptions

  @OptionGroup var runsFolder: RunsFolderOptions

  @Flag(help: "Print the summary as JSON.")
  var json = false

  /// What was written.
  struct Summary: Encodable {
    let run: String
    let stage: String?
    /// The digest of the policy.
    let policy: String
    let files: [String]
    let output: String
  }

  /// A run that has no such policy to export.
  enum Failure: Error, CustomStringConvertible {
    case notFinished(run: String, status: String)
    case noPolicy(run: String, stage: String, known: [String])

    var description: String {
      switch self {
      case .notFinished(let run, let status):
        "Run '\(run)' is \(status), so it ships no policy yet: hone run --resume goes on with it."
      case .noPolicy(let run, let stage, let known):
        known.isEmpty
          ? "Run '\(run)' kept the policy of no stage. Leave out --stage for what it ships."
          : "Run '\(run)' has no stage '\(stage)' that trained; there are "
            + "\(known.joined(separator: ", "))."
      }
    }
  }

  func run() throws {
    let reference = try RunReference(name, in: runsFolder.url)
    let source = reference.folder
    let folder = try newOutput.folder(output, inputs: [source.path])
    guard reference.run.status == .finished else {
      throw Failure.notFinished(run: reference.run.name, status: reference.run.status.rawValue)
    }
    let policy = try Policy.load(try model(in: source).path)
    let digest = try policy.digest
    let card = try ModelCard(of: source, digest: digest)
    try policy.write(to: folder, extras: [.file(ModelCard.fileName, Data(card.text.utf8))])
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    if json {
      return try CommandOutput.print(
        json: Summary(
          run: reference.run.name, stage: stage, policy: digest, files: files, output: output))
    }
    print("\(reference.run.name) in \(output): \(files.joined(separator: ", "))")
  }

  private func model(in run: URL) throws -> URL {
    let checkpoints = run.appending(path: "checkpoints")
    guard let stage else { return checkpoints.appending(path: "final") }
    // after-01-warmUp: what a stage that trained left.
    let kept = try FileManager.default.contentsOfDirectory(atPath: checkpoints.path)
      .filter { $0.hasPrefix("after-") }.sorted()
    let names = kept.map { String($0.dropFirst("after-".count).drop { $0 != "-" }.dropFirst()) }
    guard let place = names.firstIndex(of: stage) else {
      throw Failure.noPolicy(run: run.lastPathComponent, stage: stage, known: names)
    }
    return checkpoints.appending(path: kept[place])
  }
}
