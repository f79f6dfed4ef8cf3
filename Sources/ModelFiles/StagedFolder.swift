import CFiles
import Foundation

/// A folder that takes its place only when it is complete.
struct StagedFolder {
  private let target: String
  private let parent: String
  private let staging: String
  private let prefix: String

  init(target: URL) {
    let resolved = target.standardizedFileURL.resolvingSymlinksInPath()
    self.target = resolved.path
    parent = resolved.deletingLastPathComponent().path
    prefix = ".\(resolved.lastPathComponent).partial-"
    staging = "\(parent)/\(prefix)\(getpid())"
  }

  /// Writes `files`, then what `seal` makes of the folder where they lie.
  func write(_ files: [ModelFolder.Extra], seal: ((URL) throws -> ModelFolder.Extra)?) throws {
    try checkTarget()
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    try removeAbandoned()
    do {
      try FileManager.default.createDirectory(
        atPath: staging, withIntermediateDirectories: false)
      for file in files { try write(file) }
      if let seal { try write(try seal(URL(filePath: staging))) }
      try synchronize(staging)
      try place()
    } catch {
      remove(staging)
      throw error
    }
    // After an exchange, the old folder stands where the new one was written.
    remove(staging)
    try synchronize(parent)
  }

  private func write(_ file: ModelFolder.Extra) throws {
    precondition(ModelFolderReader.isPlain(file.name), "'\(file.name)' is no name of a file")
    let writer = try FileWriter(creating: "\(staging)/\(file.name)")
    switch file {
    case .file(_, let data): try writer.write(data)
    case .tensors(_, let tensors): try SafetensorsWriter.write(tensors, to: writer)
    }
    try writer.synchronize()
  }

  /// Refuses to replace what was not written as a model.
  private func checkTarget() throws {
    guard FileManager.default.fileExists(atPath: target) else { return }
    let contents = try FileManager.default.contentsOfDirectory(atPath: target)
    guard contents.isEmpty || contents.contains("config.json") else {
      throw ModelFileError(target, .notAModelFolder)
    }
  }

  /// Puts the new folder into its place.
  private func place() throws {
    guard FileManager.default.fileExists(atPath: target) else {
      return try rename(staging, to: target)
    }
    switch hone_exchange(staging, target) {
    case 0: return
    case EINVAL, ENOSYS:
      // A file system that cannot exchange: for a moment only the two complete folders beside the
      // target exist.
      let old = staging + ".old"
      try rename(target, to: old)
      do {
        try rename(staging, to: target)
      } catch {
        try rename(old, to: target)
        throw error
      }
      remove(old)
    case let code:
      throw ModelFileError(
        target, .system(call: "renameat2", reason: String(cString: strerror(code))))
    }
  }

  private func rename(_ source: String, to destination: String) throws {
    guard Foundation.rename(source, destination) == 0 else {
      throw ModelFileError(
        destination, .system(call: "rename", reason: String(cString: strerror(errno))))
    }
  }

  private func synchronize(_ folder: String) throws {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if descriptor >= 0 { close(descriptor) } }
    guard descriptor >= 0, fsync(descriptor) == 0 else {
      throw ModelFileError(
        folder, .system(call: "fsync", reason: String(cString: strerror(errno))))
    }
  }

  /// Removes what writers that were killed left beside the target.
  private func removeAbandoned() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: parent)
    where name.hasPrefix(prefix) {
      guard let process = Int32(name.dropFirst(prefix.count)) else { continue }
      if process == getpid() || kill(process, 0) != 0 && errno == ESRCH {
        remove("\(parent)/\(name)")
      }
    }
  }

  /// Removes a folder that nobody needs; what cannot be removed is left to the next writer.
  private func remove(_ folder: String) {
    if FileManager.default.fileExists(atPath: folder) {
      try? FileManager.default.removeItem(atPath: folder)
    }
  }
}
