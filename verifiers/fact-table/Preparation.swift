import FactTables
import Foundation
import VerifierKit

/// The other way in which the host starts this program: once, to make the index of a table.
///
/// It reads the greeting, writes the index to its scratch folder, and from there to standard output
/// behind a line that says how long it is.
enum Preparation {
  /// Makes the index and ends the process, with the reason on standard error where it cannot.
  static func run() -> Never {
    do {
      guard let line = readLine(), let greeting = try? JSONReader.value(in: line),
        case .string(let table)? = try GreetingMessage(greeting).settings["table"], !table.isEmpty
      else { throw ProtocolViolation(problem: "the host names no 'table' to prepare") }
      let scratch = FileManager.default.temporaryDirectory
        .appending(path: "index-\(ProcessInfo.processInfo.processIdentifier).sqlite")
      try FactIndexBuilder.build(URL(filePath: table), into: scratch.path)
      try send(scratch)
      exit(EXIT_SUCCESS)
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      exit(EX_DATAERR)
    }
  }

  private static func send(_ file: URL) throws {
    let handle = try FileHandle(forReadingFrom: file)
    let length = try handle.seekToEnd()
    try handle.seek(toOffset: 0)
    let output = FileHandle.standardOutput
    try output.write(contentsOf: Data("{\"prepared\":\(length)}\n".utf8))
    while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty {
      try output.write(contentsOf: data)
    }
  }
}
