import Foundation
import Policies
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

  /// Lines of two columns, the second aligned.
  static func table(_ rows: [(String, String)]) -> String {
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { name, value in
      name + String(repeating: " ", count: width - name.count + 2) + value
    }.joined(separator: "\n")
  }

  /// `1234567` as `1,234,567`.
  static func grouped(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return (number < 0 ? "-" : "") + text
  }

  /// A number of bytes in MiB or GiB.
  static func bytes(_ count: Int) -> String {
    let mebibytes = Double(count) / 1_048_576
    return mebibytes < 1024
      ? String(format: "%.1f MiB", mebibytes) : String(format: "%.2f GiB", mebibytes / 1024)
  }

  /// A number with three decimals.
  static func decimal(_ value: Double) -> String { String(format: "%.3f", value) }
}
