import ArgumentParser
import Foundation

/// Outputs that replace nothing unless the user asks for it.
struct NewOutputOptions: ParsableArguments {
  @Flag(help: "Write over an output that is there.")
  var overwrite = false

  /// A file to be written at the end.
  ///
  /// - Parameters:
  ///   - path: What the user named.
  ///   - inputs: Paths that the command reads.
  /// - Returns: The file.
  /// - Throws: ``OutputError``.
  func file(_ path: String, inputs: [String]) throws(OutputError) -> OutputFile {
    let file = try OutputFile(path, inputs: inputs)
    try refuseExisting(path)
    return file
  }

  /// A folder to be made, whose parent is there.
  func folder(_ path: String, inputs: [String]) throws(OutputError) -> URL {
    let folder = try OutputFile.folder(path, inputs: inputs)
    try refuseExisting(path)
    return folder
  }

  private func refuseExisting(_ path: String) throws(OutputError) {
    guard overwrite || !FileManager.default.fileExists(atPath: path) else {
      throw .exists(path: path)
    }
  }
}
