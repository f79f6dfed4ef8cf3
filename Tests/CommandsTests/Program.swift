import Foundation
import Subprocess
import Verifiers

/// The built program at work in a folder of its own, which goes with the value.
final class Program: Sendable {
  let folder: URL

  /// What a run of the program left.
  struct Finished: Sendable {
    let code: Int32
    let output: String
    let error: String
  }

  init() throws {
    folder = URL.temporaryDirectory.appending(path: "hone-commands-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    do {
      try FileManager.default.removeItem(at: folder)
    } catch {
      print("'\(folder.path)' is left behind: \(error)")
    }
  }

  /// Runs `hone` with arguments in a folder within, its standard input being a text, and with
  /// variables as in `NAME=value`.
  func run(
    _ arguments: [String], input: String = "", in place: String = "", environment: [String] = []
  ) async throws -> Finished {
    let hone = VerifierCatalog.executableFolder.appending(path: "hone").path
    let result = try await Subprocess.run(
      .name("env"),
      arguments: Arguments(
        [
          "-C", folder.appending(path: place).path,
          "XDG_CACHE_HOME=\(folder.appending(path: "cache").path)",
        ] + environment + [hone] + arguments),
      input: .string(input), output: .string(limit: 1 << 22), error: .string(limit: 1 << 22))
    let code: Int32 =
      switch result.terminationStatus {
      case .exited(let code): code
      case .signaled(let signal): -signal
      }
    return Finished(code: code, output: result.standardOutput, error: result.standardError)
  }

  /// Runs `hone` with words that blanks set apart.
  func run(
    _ words: String, input: String = "", in place: String = ""
  ) async throws -> Finished {
    try await run(words.split(separator: " ").map(String.init), input: input, in: place)
  }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  func read(_ name: String) throws -> String {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  /// The rows of a file of JSON Lines.
  func rows<Row: Decodable>(_ type: Row.Type = Row.self, of name: String) throws -> [Row] {
    try read(name).split(separator: "\n").map {
      try JSONDecoder().decode(type, from: Data($0.utf8))
    }
  }

  func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.appending(path: name).path)
  }
}
