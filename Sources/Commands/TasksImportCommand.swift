import ArgumentParser
import Foundation
import Tasks
import Verifiers

/// The command `hone tasks import`.
struct TasksImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Makes a task set of a file in another tool's format.",
    usage: "hone tasks import <file> --output <folder> [<options>]",
    discussion: """
      Reads JSON lines or a JSON array, plain or gzip, and writes a folder that every
      command takes as a task set. Each row goes to the verifier that can judge it:
      one split where all go to the same, else one for each. Nothing of a file is
      run; assertions become data where they can.

      A row that no verifier judges is counted with the reason and its line, and none
      is dropped silently: the exit code is then 1, and what could be placed is
      written all the same. With --verifier, all rows go to a verifier of yours.

        hone tasks import train.jsonl --output tasks/gsm8k
        hone evaluate --tasks gsm8k/train --verifier arithmetic --policy ...
        hone tasks import items.jsonl --grader grader.json --output tasks/items
      """)

  @Argument(help: "The file: .jsonl or .json, perhaps with .gz.")
  var file: String

  @Option(
    help: ArgumentHelp(
      "auto, \(ImportFormat.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "format"))
  var format = "auto"

  @Option(help: ArgumentHelp("The task's folder, which must not be there.", valueName: "folder"))
  var output: String

  @Option(help: "The split's name.")
  var split = "train"

  @Option(
    help: ArgumentHelp(
      "A grader of OpenAI's fine-tuning, for rows that it judges.", valueName: "file"))
  var grader: String?

  @Option(
    help: ArgumentHelp("The verifier of all rows, whatever they say.", valueName: "name"))
  var verifier: String?

  @Flag(help: "Print as JSON.")
  var json = false

  func validate() throws {
    _ = try chosenFormat()
    guard split.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9_-]{0,63}/) != nil else {
      throw ValidationError("--split '\(split)' is not of letters, digits, hyphens and underlines.")
    }
    if let verifier, !TaskImport.isVerifierName(verifier) {
      throw ValidationError("--verifier '\(verifier)' is no verifier's name.")
    }
  }

  func run() throws {
    var options = TaskImport.Options()
    options.format = try chosenFormat()
    options.verifier = verifier
    if let verifier { _ = try VerifierCatalog.find(verifier) }
    options.grader = try grader.map { try ImportedGrader(URL(filePath: $0)) }
    let imported = try TaskImport(URL(filePath: file), options: options)
    let report = try ImportedTaskFolder(imported, split: split, folder: URL(filePath: output))
      .write()
    if json {
      try CommandOutput.print(json: report)
    } else {
      print(report.text)
      if let folder = report.folder {
        print("Written to \(folder).")
      } else {
        print("Nothing was written.")
      }
    }
    if report.unplacedCount > 0 { throw ExitCode(1) }
  }

  /// Nil for `auto`.
  private func chosenFormat() throws -> ImportFormat? {
    if format == "auto" { return nil }
    guard let chosen = ImportFormat(rawValue: format) else {
      let known = ImportFormat.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--format '\(format)' is none of auto, \(known).")
    }
    return chosen
  }
}
