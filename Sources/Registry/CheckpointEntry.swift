import Foundation
import GRDB
import Runs

/// A checkpoint of a run: a row of `checkpoint`.
package struct CheckpointEntry: Codable, Equatable, Sendable, FetchableRecord, PersistableRecord {
  package static let databaseTableName = "checkpoint"

  /// The run's ``RunEntry/id``.
  package var run: Int64
  /// The folder's name in `checkpoints`: `000007`, `final`.
  package var name: String
  /// The stage that goes on from it, from 1, and how much of that is done; nil for `final`.
  package var stage: Int?
  package var done: Int?
  /// Of all its files.
  package var bytes: Int
  /// SHA-256 of the list of its files with their digests; nil where it was written without.
  package var digest: String?

  package init(
    run: Int64, name: String, stage: Int?, done: Int?, bytes: Int, digest: String?
  ) {
    (self.run, self.name, self.stage, self.done) = (run, name, stage, done)
    (self.bytes, self.digest) = (bytes, digest)
  }
}

extension CheckpointEntry {
  /// The checkpoints that lie in a run's folder, by name.
  static func all(in run: URL) throws -> [CheckpointEntry] {
    let folder = run.appending(path: "checkpoints")
    guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    return try names.filter { !$0.hasPrefix(".") }.sorted().compactMap { name in
      do {
        return try CheckpointEntry(folder.appending(path: name))
      } catch CocoaError.fileReadNoSuchFile {
        return nil  // a run at work has removed it meanwhile
      }
    }
  }

  /// Reads the folder of a checkpoint.
  init(_ folder: URL) throws {
    let place = try Self.place(folder.appending(path: "state.json"))
    self.init(
      run: 0, name: folder.lastPathComponent, stage: place?.stage, done: place?.done,
      bytes: try FolderSize.bytes(of: folder), digest: CheckpointDigests.seal(of: folder))
  }

  /// Where a run stands at a checkpoint; nil where that is nowhere, or not to be read.
  private static func place(_ file: URL) throws -> (stage: Int, done: Int)? {
    struct Place: Decodable {
      let stage: Int
      let done: Int
    }
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    do {
      let place: Place = try StableJSON.value(from: try Data(contentsOf: file))
      return (place.stage + 1, place.done)
    } catch is DecodingError {
      return nil
    }
  }
}

extension RegistryMigration {
  static let checkpoints = RegistryMigration(
    "checkpoints",
    sql: """
      CREATE TABLE checkpoint (
        run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
        name TEXT NOT NULL,
        stage INTEGER,
        done INTEGER,
        bytes INTEGER NOT NULL,
        digest TEXT,
        PRIMARY KEY (run, name)
      ) STRICT, WITHOUT ROWID;
      """)
}
