import ArgumentParser
import Foundation
import Registry

/// The command `hone runs diff`.
struct RunsDiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Says what two runs have otherwise.",
    usage: "hone runs diff <before> <after> [--patch] [--json]",
    discussion: """
      Settings key by key, the code as a git diff of the two commits with their
      recorded changes (without tests and documents), data by digest, the machine,
      and the results with 95 % intervals. Where both runs asked the same problems,
      the difference is paired, so that its interval is the tightest there is.

        hone runs diff arithmetic-tiny-1 arithmetic-tiny-2
        hone runs diff arithmetic-tiny-1 arithmetic-tiny-2 --patch
      """)

  /// How much of the code's differences is shown.
  enum CodeView: String, EnumerableFlag {
    case stat, patch

    static func help(for value: CodeView) -> ArgumentHelp? {
      switch value {
      case .stat: "Show a line for each file of the code that differs (default)."
      case .patch: "Show the code's differences whole."
      }
    }
  }

  @Argument(help: "The earlier run's name, or its folder.")
  var before: String

  @Argument(help: "The later run's name, or its folder.")
  var after: String

  @OptionGroup var folder: RunsFolderOptions

  @Flag var view = CodeView.stat

  @Flag(help: "Print as JSON.")
  var json = false

  func run() async throws {
    let difference = try RunDifference(
      RunReference(before, in: folder.url).folder, RunReference(after, in: folder.url).folder)
    if json { return try CommandOutput.print(json: difference) }
    print(difference.text(showsPatch: view == .patch))
  }
}
