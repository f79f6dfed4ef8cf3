import Digests
package import Foundation
import Provenance
package import Runs
import Settings

/// Where and with what a recorded run can be made again.
package struct ReproductionPlan: Sendable {
  /// What the code of the recorded run is to the code at hand.
  package enum Place: String, Codable, Sendable {
    /// The working tree is what it was.
    case workingTree
    /// Another commit, or other changes: checked out beside the working tree.
    case checkout
    /// The run does not tell its code.
    case unknown
  }

  /// The recorded run.
  package let run: URL
  package let manifest: RunManifest
  package let place: Place
  /// The folder to run in.
  package let folder: URL
  /// The root of the checkout; nil where there is none.
  package let checkout: URL?
  /// The root of the working tree that has the commit; the folder at hand where there is none.
  package let root: URL
  /// What the user should know about it, in sentences.
  package let remarks: [String]
  /// The folder that the run was started in, as it is now.
  private let source: URL

  /// Where checkouts are kept.
  package static let defaultCache =
    (FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask).first
    ?? FileManager.default.temporaryDirectory).appending(path: "hone/checkouts")

  /// Reads what the run records, and checks its commit out where the working tree is another.
  ///
  /// - Parameters:
  ///   - run: Its folder.
  ///   - cache: Where checkouts are kept.
  /// - Throws: ``ReproductionError``, `RunError` or `GitError`.
  package init(_ run: URL, cache: URL = defaultCache) throws {
    (self.run, manifest) = (run, try RunFolder.manifest(of: run))
    let here = URL(
      filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
    guard let provenance = manifest.provenance, let code = provenance.code,
      let commit = code.commit
    else {
      (place, folder, checkout, root, source) = (.unknown, here, nil, here, here)
      remarks = [Self.remark(onCodeOf: manifest)]
      return
    }
    let settings = run.appending(path: "settings.yaml")
    guard try SHA256.hexadecimal(ofFile: settings) == provenance.settings else {
      throw ReproductionError.changedRun(file: settings.path)
    }
    let patch = try Self.patch(of: run, code)
    let (root, isPresent) = try Self.repository(with: commit, code, run: run, here: here)
    self.root = root
    var remarks: [String] = []
    if let problem = provenance.codeProblem {
      remarks.append("Changes over the commit were not recorded: \(problem)")
    }
    if !code.leftOut.isEmpty {
      remarks.append(
        """
        \(code.leftOut.count) files of the recorded tree were not kept, since they were too large \
        or unreadable: \(code.leftOut.prefix(5).joined(separator: ", ")).
        """)
    }
    if isPresent {
      (place, checkout) = (.workingTree, nil)
      folder = root.appending(path: code.folder)
      remarks.append("The working tree is the recorded one, commit \(commit.prefix(12)).")
    } else {
      let made = try Checkouts(in: cache).exact(commit, patch: patch, of: root)
      (place, checkout, folder) = (.checkout, made, made.appending(path: code.folder))
      remarks.append(
        """
        The working tree is another one; commit \(commit.prefix(12))\
        \(patch.isEmpty ? "" : " with its recorded changes") is checked out in \(made.path).
        """)
    }
    self.remarks = remarks
    source = root.appending(path: code.folder)
  }

  /// Every setting, resolved.
  package var settings: URL { run.appending(path: "settings.yaml") }

  /// What must be set otherwise, since the checkout does not have it: a model beside the repository's
  /// files.
  package func overrides() throws -> [String] {
    ModelElsewhere.overrides(for: try Pipeline.load(settings), in: folder, else: source)
  }

  /// The record files that have a record a round, without their ending.
  package func roundFiles() throws -> [String] {
    let pipeline = try Pipeline.load(settings)
    return zip(pipeline.positions, pipeline.stages).compactMap { position, stage in
      if case .reinforce = stage.settings { position.records } else { nil }
    }
  }

  // MARK: - Helpers

  private static func remark(onCodeOf manifest: RunManifest) -> String {
    let present = "it is made again with the code, tasks and verifiers at hand"
    guard let provenance = manifest.provenance else {
      return "The run was recorded without its provenance; \(present)."
    }
    if provenance.code == nil, let problem = provenance.codeProblem {
      return "The run could not record its code (\(problem)); \(present)."
    }
    return provenance.code == nil
      ? "The run was started outside of any repository; \(present)."
      : "The run was started before the repository's first commit; \(present)."
  }

  private static func patch(of run: URL, _ code: RunProvenance.Code) throws -> Data {
    guard let digest = code.patchDigest else { return Data() }
    let file = run.appending(path: RunProvenance.patchFile)
    // A patch of large files alone is empty, and no file.
    let patch =
      FileManager.default.fileExists(atPath: file.path) ? try Data(contentsOf: file) : Data()
    guard SHA256.hexadecimal(of: Array(patch)) == digest else {
      throw ReproductionError.changedRun(file: file.path)
    }
    return patch
  }

  /// The working tree of the repository that has the commit, and whether it is as it was.
  private static func repository(
    with commit: String, _ code: RunProvenance.Code, run: URL, here: URL
  ) throws -> (root: URL, isPresent: Bool) {
    for folder in [run.deletingLastPathComponent(), here] {
      guard let repository = try Repository.containing(folder), let root = repository.workingTree,
        try repository.has(commit: commit)
      else { continue }
      let head = try repository.head()
      let digest = try digest(of: repository, excluding: [run.deletingLastPathComponent()])
      return (root, head.commit == commit && digest == code.patchDigest)
    }
    throw ReproductionError.noCommit(commit: commit, remote: code.remote)
  }

  private static func digest(
    of repository: borrowing Repository, excluding folders: [URL]
  ) throws -> String? {
    let changes = try repository.changes(excluding: folders)
    return changes.isClean ? nil : SHA256.hexadecimal(of: Array(changes.patch))
  }
}

/// A run that cannot be made again.
package enum ReproductionError: Error, Equatable, CustomStringConvertible {
  /// A file of the run's folder is not what `run.json` says.
  case changedRun(file: String)
  case noCommit(commit: String, remote: String?)
  case nothingToBuild(folder: String)
  /// The recorded commit lacks the folder that the run was started in.
  case noFolder(path: String)
  case failed(command: String, status: String)

  package var description: String {
    switch self {
    case .changedRun(let file):
      "\(file) is not what the run recorded: it was changed or removed. Restore it."
    case .noCommit(let commit, let remote):
      """
      The run was recorded at commit \(commit), which no repository here has. Change to a clone\
      \(remote.map { " of \($0)" } ?? "") that has it, or fetch it.
      """
    case .nothingToBuild(let folder):
      "\(folder) is no checkout of Hone, so there is nothing to build. Leave --build out."
    case .noFolder(let path):
      "The run was started in \(path), which the recorded commit does not have."
    case .failed(let command, let status):
      "`\(command)` failed (\(status)); what it said is above."
    }
  }
}
