import Foundation
import Runs

/// What commands share in talking to their user.
enum CommandOutput {
  /// Progress and remarks, on standard error.
  static func display() -> ProgressDisplay {
    ProgressDisplay(ProgressOutput(to: .standardError))
  }

  /// Prints a table on standard output, to fit the terminal where that is one.
  static func print(table rows: [[String]]) {
    let output = ProgressOutput(to: .standardOutput)
    Swift.print(TextTable.columns(rows, within: output.isTerminal ? output.columns() : nil))
  }

  /// Prints a result as indented JSON on standard output.
  static func print(json value: some Encodable) throws {
    FileHandle.standardOutput.write(try StableJSON.document(value))
  }
}
