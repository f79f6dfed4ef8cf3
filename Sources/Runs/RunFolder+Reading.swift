package import Foundation
import Glibc
import Settings

/// What anybody may ask of a run's folder, whoever holds it.
extension RunFolder {
  /// What the `run.json` of a folder says; needs no lock.
  package static func manifest(of url: URL) throws(RunError) -> RunManifest {
    let file = url.appending(path: "run.json")
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw .notARun(folder: url.relativePath)
    }
    do {
      let data = try Data(contentsOf: file)
      let version = try StableJSON.value(FormatOnly.self, from: data)
      guard version.format == RunManifest.currentFormat else {
        throw RunError.otherFormat(
          folder: url.relativePath, format: version.format, honeVersion: version.honeVersion)
      }
      return try StableJSON.value(from: data)
    } catch let error as RunError {
      throw error
    } catch {
      throw .unreadableManifest(file: file.relativePath, reason: failureReason(error))
    }
  }

  /// Whether a process is at work in a folder; a run that says it is running, and is not, was killed.
  package static func isInUse(_ url: URL) throws(RunError) -> Bool { try RunLock.isHeld(in: url) }

  /// What tells that a folder's `run.json` was written again, since that is always a new file.
  ///
  /// - Returns: A text to compare; nil where the folder is no run.
  package static func stamp(of url: URL) -> String? {
    var status = stat()
    guard stat(url.appending(path: "run.json").path, &status) == 0 else { return nil }
    return "\(status.st_ino)-\(status.st_size)-\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
  }

  /// The number of whole records that a run has of a kind, at work or not; 0 where it has no file.
  package static func recordCount(of stage: String, in run: URL) throws(RunError) -> Int {
    let url = file(of: stage, in: run)
    guard FileManager.default.fileExists(atPath: url.path) else { return 0 }
    return try RecordFile.records(in: url).count
  }

  /// Whether a folder holds a run, at work or not.
  package static func isRun(_ url: URL) -> Bool {
    FileManager.default.fileExists(atPath: url.appending(path: "run.json").path)
  }

  /// The folder of a run that a user names, by its path or by its name in `runs`.
  package static func named(_ text: String, in runs: URL) -> URL {
    let (path, named) = (URL(filePath: text), runs.appending(path: text))
    return !isRun(path) && isRun(named) ? named : path
  }

  /// The name under which stage `number`, counted from 1, keeps its records: `01-warmUp`.
  package static func stage(_ number: Int, _ name: String) -> String {
    (number < 10 ? "0" : "") + "\(number)-\(name)"
  }

  /// The file of a stage's records, or of its timings, in the folder of a run.
  package static func file(of stage: String, areTimings: Bool = false, in run: URL) -> URL {
    run.appending(path: "stages/\(stage)\(areTimings ? ".timings" : "").jsonl")
  }

  /// The part of `run.json` that every format has.
  private struct FormatOnly: Decodable {
    let format: Int
    let honeVersion: String?
  }
}
