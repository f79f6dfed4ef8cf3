package import Foundation
import Settings
import Synchronization

/// The folder of one run, held by one process as long as the value lives.
///
/// ```
/// runs/NAME-1/
///   run.json                       what it is, and how far it has come
///   settings.yaml                  every setting, resolved
///   provenance.patch               how the working tree differed from its commit, where it did
///   stages/01-warmUp.jsonl         records: the same bytes for the same run
///   stages/01-warmUp.timings.jsonl what differs from run to run: seconds, rates
///   checkpoints/
///   report.json
///   log.txt
///   lock
/// ```
///
/// A record must hold no time, rate or date, so that a resumed run and an unbroken one leave
/// equal record files; those go to the timings.
package final class RunFolder: Sendable {
  /// Where the run lies.
  package let url: URL
  private let lock: RunLock
  private let state: Mutex<State>

  private struct State {
    var manifest: RunManifest
    var files: [String: RecordFile] = [:]
  }

  private init(_ url: URL, _ lock: RunLock, _ manifest: RunManifest) {
    self.url = url
    self.lock = lock
    state = Mutex(State(manifest: manifest))
  }

  /// Makes `runs/<name>-<n>` with the next free number, and takes its lock.
  ///
  /// `run.json` is written last: a folder that has it can be gone on with, whenever the process was
  /// killed. A folder of ``reserve(in:name:)`` is used in place of a new one.
  ///
  /// - Parameters:
  ///   - runs: The folder of runs, which is made where it is missing.
  ///   - name: The pipeline's name.
  ///   - yaml: Every setting, resolved.
  ///   - sandboxLevel: How much the sandbox takes away from the verifiers.
  ///   - provenance: What the run is made of.
  ///   - patch: How the working tree differs from its commit; no file where it is empty.
  ///   - created: When.
  ///   - reserved: A folder of ``reserve(in:name:)``; nil for a new one.
  /// - Returns: The run, locked.
  /// - Throws: ``RunError``, such as ``RunError/unusableName(kind:name:)``.
  package static func create(
    in runs: URL, name: String, settings yaml: String, sandboxLevel: String? = nil,
    provenance: RunProvenance? = nil, patch: Data = Data(), created: Date = Date(),
    reserved: URL? = nil
  ) throws(RunError) -> RunFolder {
    try RunName.check(name, of: "run")
    do {
      try FileManager.default.createDirectory(at: runs, withIntermediateDirectories: true)
      let url = try reserved ?? RunName.makeNextFolder(in: runs, name: name)
      // So that a power loss does not take the folder with all that is in it.
      try AtomicFile.sync(runs)
      for folder in ["stages", "checkpoints"] {
        try FileManager.default.createDirectory(
          at: url.appending(path: folder), withIntermediateDirectories: reserved != nil)
      }
      let lock = try RunLock(of: url)
      let manifest = RunManifest(
        format: RunManifest.currentFormat, honeVersion: HoneVersion.current,
        name: url.lastPathComponent, created: created.ISO8601Format(),
        sandboxLevel: sandboxLevel, provenance: provenance, status: .running)
      let run = RunFolder(url, lock, manifest)
      try run.write(Data(yaml.utf8), as: "settings.yaml")
      if !patch.isEmpty { try run.write(patch, as: RunProvenance.patchFile) }
      try run.write(StableJSON.document(manifest), as: "run.json")
      return run
    } catch let error as RunError {
      throw error
    } catch {
      throw .system(
        operation: "make a run in", path: runs.path, reason: failureReason(error))
    }
  }

  /// Refuses a name that no run can have.
  package static func check(name: String) throws(RunError) { try RunName.check(name, of: "run") }

  /// Makes `runs/<name>-<n>` for a run that another process will begin, so that its name is known
  /// before; without `run.json` it is no run yet.
  ///
  /// - Throws: ``RunError``, such as ``RunError/unusableName(kind:name:)``.
  package static func reserve(in runs: URL, name: String) throws(RunError) -> URL {
    try RunName.check(name, of: "run")
    do {
      try FileManager.default.createDirectory(at: runs, withIntermediateDirectories: true)
      return try RunName.makeNextFolder(in: runs, name: name)
    } catch {
      throw .system(
        operation: "make a run in", path: runs.path, reason: failureReason(error))
    }
  }

  /// Opens a run that is there, and takes its lock.
  ///
  /// - Throws: ``RunError/notARun(folder:)``, ``RunError/otherFormat(folder:format:honeVersion:)``,
  ///   ``RunError/inUse(folder:processID:)``, or another ``RunError``.
  package static func open(_ url: URL) throws(RunError) -> RunFolder {
    _ = try manifest(of: url)
    let lock = try RunLock(of: url)
    // Read again: another process may have ended between the first look and the lock.
    return RunFolder(url, lock, try manifest(of: url))
  }

  // MARK: - What callers use

  /// What `run.json` says.
  package var manifest: RunManifest { state.withLock { $0.manifest } }

  /// Where checkpoints lie.
  package var checkpoints: URL { url.appending(path: "checkpoints") }

  /// Records how far the run has come.
  package func update(status: RunStatus, reason: String? = nil) throws {
    try update { ($0.status, $0.reason) = (status, reason) }
  }

  /// Changes what `run.json` says.
  package func update(_ change: (inout RunManifest) -> Void) throws {
    var manifest = manifest
    change(&manifest)
    try write(StableJSON.document(manifest), as: "run.json")
    state.withLock { $0.manifest = manifest }
  }

  /// Adds a record to a stage, as one line that is handed to the system at once.
  package func append(_ record: some Encodable, to stage: String) throws {
    try file(stage, timings: false).append(StableJSON.data(record))
  }

  /// Adds what differs from run to run, such as seconds, to a stage's timings.
  package func appendTimings(_ timings: some Encodable, to stage: String) throws {
    try file(stage, timings: true).append(StableJSON.data(timings))
  }

  /// Adds lines as they stand in another run's file, each with its end.
  package func append(lines: Data, to stage: String, areTimings: Bool) throws {
    guard !lines.isEmpty else { return }
    precondition(lines.last == UInt8(ascii: "\n"), "the last line of \(lines.count) bytes is torn")
    try file(stage, timings: areTimings).append(lines.dropLast())
  }

  /// The records of a stage, in order; none where the stage has not begun.
  package func records<Record: Decodable>(
    _ type: Record.Type = Record.self, of stage: String
  ) throws -> [Record] {
    let file = try file(stage, timings: false)
    return try file.records().enumerated().map { index, data in
      do {
        return try StableJSON.value(from: data)
      } catch {
        throw RunError.unreadableRecord(
          file: file.url.relativePath, line: index + 1, reason: "\(error)")
      }
    }
  }

  /// The number of a stage's records.
  package func recordCount(of stage: String) throws(RunError) -> Int {
    try file(stage, timings: false).records().count
  }

  /// Cuts off all of a stage's records but the first `count`, and its timings likewise.
  ///
  /// A run that resumes from a checkpoint calls this with the number of records that stood when
  /// the checkpoint was written, and so goes on as an unbroken run would.
  ///
  /// - Throws: ``RunError/recordsMissing(file:found:wanted:)`` where there are fewer records.
  package func truncate(_ stage: String, toRecords count: Int) throws(RunError) {
    let file = try file(stage, timings: false)
    let left = try file.cut(after: count)
    guard left == count else {
      throw .recordsMissing(file: file.url.relativePath, found: left, wanted: count)
    }
    _ = try self.file(stage, timings: true).cut(after: count)
  }

  /// Waits until all records are on the disk: to be called before a checkpoint counts on them.
  package func synchronize() throws(RunError) {
    for file in state.withLock({ Array($0.files.values) }) { try file.synchronize() }
    try AtomicFile.sync(url.appending(path: "stages"))  // the names of new files, too
  }

  /// Adds a line to `log.txt`.
  package func log(_ line: String) throws(RunError) {
    let oneLine = line.split(separator: "\n").joined(separator: " ")
    try open("log.txt").append(Data(oneLine.utf8))
  }

  /// Writes `report.json` in one step.
  package func write(report: some Encodable) throws {
    try write(StableJSON.document(report), as: "report.json")
  }

  /// Writes a file of the folder in one step: readers and crashes see the old one or the new one.
  package func write(_ data: Data, as name: String) throws(RunError) {
    try RunName.check(name, of: "file")
    try AtomicFile.write(data, to: url.appending(path: name))
  }

  // MARK: - Helpers

  private func file(_ stage: String, timings: Bool) throws(RunError) -> RecordFile {
    try RunName.check(stage, of: "stage")
    return try open("stages/\(stage)\(timings ? ".timings" : "").jsonl")
  }

  private func open(_ path: String) throws(RunError) -> RecordFile {
    try state.withLock { state throws(RunError) in
      if let file = state.files[path] { return file }
      let file = try RecordFile(url.appending(path: path))
      state.files[path] = file
      return file
    }
  }
}
