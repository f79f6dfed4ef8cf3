import Foundation
import Runs

/// A file that a command writes in one step at its end.
///
/// It is checked before long work begins, and is never one of the command's inputs.
struct OutputFile {
  private let url: URL

  /// - Parameters:
  ///   - path: What the user named.
  ///   - inputs: Paths that the command reads.
  /// - Throws: ``OutputError``.
  init(_ path: String, inputs: [String] = []) throws(OutputError) {
    url = try Self.checked(path, inputs: inputs)
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) {
      guard !isFolder.boolValue else { throw .isFolder(path: path) }
      let kind = try? FileManager.default.attributesOfItem(atPath: url.path)[.type]
      guard kind as? FileAttributeType == .typeRegular else { throw .isNoFile(path: path) }
    }
  }

  /// Checks a folder that a model is written to; the one that holds it is made where it is missing.
  static func folder(_ path: String, inputs: [String]) throws(OutputError) -> URL {
    let parent = URL(filePath: path).standardizedFileURL.deletingLastPathComponent()
    if !FileManager.default.fileExists(atPath: parent.path) { return URL(filePath: path) }
    return try checked(path, inputs: inputs)
  }

  func write(_ data: Data) throws(RunError) { try AtomicFile.write(data, to: url) }

  /// The resolved place of an output whose folder is there and that is no input.
  private static func checked(_ path: String, inputs: [String]) throws(OutputError) -> URL {
    let url = URL(filePath: path).standardizedFileURL.resolvingSymlinksInPath()
    let folder = url.deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder),
      isFolder.boolValue
    else { throw .noFolder(path: path, folder: folder) }
    for input in inputs where isSame(URL(filePath: input), url) {
      throw .isInput(path: path)
    }
    return url
  }

  /// Whether two paths lead to one file, by their names or by a hard link.
  private static func isSame(_ first: URL, _ second: URL) -> Bool {
    let paths = [first, second].map { $0.standardizedFileURL.resolvingSymlinksInPath().path }
    if paths[0] == paths[1] { return true }
    let numbers = paths.map { path in
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      return [attributes?[.systemNumber], attributes?[.systemFileNumber]].map { $0 as? NSNumber }
    }
    return numbers[0] == numbers[1] && !numbers[0].contains(nil)
  }
}

/// A place that a command cannot write to.
enum OutputError: Error, Equatable, CustomStringConvertible {
  case isInput(path: String)
  case isFolder(path: String)
  case isNoFile(path: String)
  case noFolder(path: String, folder: String)
  case exists(path: String)

  var description: String {
    switch self {
    case .isInput(let path):
      "'\(path)' is also an input, which is never written over. Name another output."
    case .isFolder(let path): "'\(path)' is a folder. Name a file for the output."
    case .isNoFile(let path): "'\(path)' is no regular file. Name a file for the output."
    case .noFolder(let path, let folder):
      "'\(path)' cannot be written: there is no folder '\(folder)'. Make it first."
    case .exists(let path):
      "'\(path)' is there already. Name another output, or pass --overwrite."
    }
  }
}
