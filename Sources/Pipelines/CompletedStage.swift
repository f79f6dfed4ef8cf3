import Foundation
import Runs
import Settings

/// What a stage left when it was done, and by which key: `keys/NN-NAME.json` of a run.
///
/// The records and the policy lie where the run keeps them anyway; this says their digests, so that
/// another run takes them only as they were left.
struct CompletedStage: Codable, Equatable, Sendable {
  /// What decided all that follows.
  let key: StageKey
  /// The run that did the stage; not the one that holds this, where that one took it over.
  let run: String
  /// The digest of the policy that the stage ended with.
  let policy: String
  /// The folder of that policy within the run's, and a digest of its files; nil where the stage
  /// left the policy as it was.
  let folder: String?
  let folderDigest: String?
  /// What the stage added to the run's counts.
  let tally: RunTally
  /// The digests of its record files, by what their names add to the stage's (``StagePosition``).
  let records: [String: String]

  /// Where a run keeps what it says of a stage.
  static func file(of records: String, in run: URL) -> URL {
    run.appending(path: "keys/\(records).json")
  }
}

/// A stage that has begun: `keys/NN-NAME.started.json`, so that one that is gone on with later still
/// knows what it began from.
struct StartedStage: Codable, Sendable {
  let key: StageKey
  /// The run's counts as the stage began.
  let tally: RunTally

  static func file(of records: String, in run: URL) -> URL {
    run.appending(path: "keys/\(records).started.json")
  }
}

/// Completed stages of all runs of a folder, found by their keys.
///
/// `runs/.stages/DIGEST.json` names the run and the stage that have a key. A run that was removed
/// takes its stages along: then the name leads nowhere, and the stage is run again.
struct StageCache {
  private let runs: URL

  /// - Parameter runs: The folder of all runs.
  init(_ runs: URL) { self.runs = runs }

  /// Where a completed stage lies.
  struct Place: Codable, Equatable, Sendable {
    let run: String
    let stage: String
  }

  /// A completed stage, and the folder of the run that has it.
  struct Found {
    let stage: CompletedStage
    let run: URL
    /// The name under which the stage keeps its records there.
    let records: String
  }

  /// The completed stage of a key; nil where there is none, or its run is gone.
  ///
  /// What cannot be read counts as not there: the stage is then run, which is always right.
  ///
  /// - Parameters:
  ///   - key: The key.
  ///   - run: A run whose stages do not count: the one that asks.
  /// - Returns: The stage, and where it lies.
  /// - Throws: Where the key cannot be encoded.
  func find(_ key: StageKey, excluding run: String? = nil) throws -> Found? {
    guard let place: Place = read(index(try key.digest)), place.run != run else { return nil }
    guard (try? RunName.check(place.run, of: "run")) != nil,
      (try? RunName.check(place.stage, of: "stage")) != nil
    else { return nil }
    let folder = runs.appending(path: place.run)
    guard let stage: CompletedStage = read(CompletedStage.file(of: place.stage, in: folder)),
      stage.key == key
    else { return nil }
    return Found(stage: stage, run: folder, records: place.stage)
  }

  /// Lets later runs find a stage.
  func publish(_ stage: CompletedStage, of run: URL, records: String) throws {
    let file = index(try stage.key.digest)
    let folder = file.deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let place = try StableJSON.document(Place(run: run.lastPathComponent, stage: records))
    // Two runs may end equal stages at one moment.
    try FolderTurn.take(in: folder) { try AtomicFile.write(place, to: file) }
  }

  /// The completed stages of a name in the newest runs of a pipeline, the newest first; so many runs
  /// are looked at.
  func recent(_ stage: String, ofPipeline name: String, limit: Int = 50) -> [CompletedStage] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []
    let numbers = names.filter { $0.hasPrefix("\(name)-") }
      .compactMap { Int($0.dropFirst(name.count + 1)) }.sorted(by: >)
    return numbers.prefix(limit).compactMap { number in
      read(CompletedStage.file(of: stage, in: runs.appending(path: "\(name)-\(number)")))
    }
  }

  private func index(_ digest: String) -> URL { runs.appending(path: ".stages/\(digest).json") }

  private func read<Value: Decodable>(_ file: URL) -> Value? {
    // Nothing of a cache is needed: what is not there, or is damaged, is made again.
    guard let data = try? Data(contentsOf: file) else { return nil }
    return try? StableJSON.value(from: data)
  }
}
