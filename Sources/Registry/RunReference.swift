package import Foundation
import Runs
import Settings

/// A run that a user names, by its folder's name or by a path.
package struct RunReference: Sendable {
  /// The run's folder.
  package let folder: URL
  /// Its row, and the registry that has it.
  package let run: RunEntry
  package let registry: Registry

  /// Finds a run, with its row as its folder says.
  ///
  /// - Parameters:
  ///   - text: A name in `runs`, or the path of a run's folder.
  ///   - runs: The folder of runs.
  /// - Throws: ``UnknownRun``, or what keeps the folder from being read.
  package init(_ text: String, in runs: URL) throws {
    let path = URL(filePath: text).standardizedFileURL
    let named = runs.appending(path: text)
    guard let folder = [named, path].first(where: Self.isRun) else {
      throw UnknownRun(name: text, runs: runs.relativePath, known: Self.names(in: runs))
    }
    self.folder = folder
    registry = try Registry.looking(in: folder.deletingLastPathComponent())
    run = try registry.current(folder)
  }

  private static func isRun(_ folder: URL) -> Bool {
    RunFolder.stamp(of: folder) != nil
  }

  private static func names(in runs: URL) -> [String] {
    // A folder of runs that is not there has none.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []
    return names.filter { isRun(runs.appending(path: $0)) }.sorted()
  }
}

/// A name that no run has, with the nearest that one has.
package struct UnknownRun: Error, Equatable, CustomStringConvertible {
  package let name: String
  package let runs: String
  let nearest: String?
  let isEmpty: Bool

  init(name: String, runs: String, known: [String]) {
    (self.name, self.runs) = (name, runs)
    (nearest, isEmpty) = (closest(to: name, in: known), known.isEmpty)
  }

  package var description: String {
    let hint =
      if let nearest {
        "Did you mean '\(nearest)'?"
      } else if isEmpty {
        "There are no runs in '\(runs)'; --runs names another folder."
      } else {
        "`hone runs list` shows those in '\(runs)'; --runs names another folder."
      }
    return "There is no run '\(name)'. \(hint)"
  }
}

/// A round that a run does not have.
package struct UnknownRound: Error, Equatable, CustomStringConvertible {
  let run: String
  let round: Int
  let rounds: Int

  package init(run: String, round: Int, rounds: Int) {
    (self.run, self.round, self.rounds) = (run, round, rounds)
  }

  package var description: String {
    "'\(run)' has no round \(round): it has \(rounds), counted from 1."
  }
}
