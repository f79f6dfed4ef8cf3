import Foundation
import Runs

/// What commands share in talking to their user.
enum CommandOutput {
  /// Progress and remarks, on standard error.
  static func display() -> ProgressDisplay {
    ProgressDisplay(ProgressOutput(to: .standardError))
  }

  /// Prints a result as indented JSON on standard output.
  static func print(json value: some Encodable) throws {
    FileHandle.standardOutput.write(try StableJSON.document(value))
  }
}
