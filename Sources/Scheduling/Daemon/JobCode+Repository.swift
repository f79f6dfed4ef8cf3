package import Foundation
import Provenance

extension JobCode {
  /// What a user asks for in a folder: a commit, or a branch, and a pipeline.
  ///
  /// - Parameters:
  ///   - commit: A revision such as `HEAD~2`; nil for none.
  ///   - branch: A branch, which need not be there yet; nil for none.
  ///   - pipeline: The pipeline's file, which need not be in the working tree.
  ///   - folder: The job's working folder.
  /// - Returns: nil where neither is asked for.
  /// - Throws: ``ScheduleError``, or `GitError` for a commit that is not there.
  package static func asked(
    commit: String?, branch: String?, pipeline: URL, in folder: URL
  ) throws -> JobCode? {
    guard commit != nil || branch != nil else { return nil }
    guard let repository = try Repository.containing(folder), let root = repository.workingTree
    else { throw ScheduleError.noRepository(folder: folder.path) }
    guard let file = place(of: pipeline, in: root) else {
      throw ScheduleError.outsideRepository(file: pipeline.relativePath, repository: root.path)
    }
    let reference =
      if let commit {
        Reference.commit(try repository.commit(of: commit))
      } else {
        Reference.branch(branch ?? "")
      }
    return JobCode(
      reference, repository: root.path, folder: repository.place(of: folder), pipeline: file)
  }

  /// A file's path from a root, links on the way to what is there resolved; nil where it lies outside.
  private static func place(of file: URL, in root: URL) -> String? {
    var (there, rest) = (file.absoluteURL.standardizedFileURL, [String]())
    while !FileManager.default.fileExists(atPath: there.path), there.pathComponents.count > 1 {
      rest.insert(there.lastPathComponent, at: 0)
      there.deleteLastPathComponent()
    }
    let (whole, path) = (root.pathComponents, there.resolvingSymlinksInPath().pathComponents + rest)
    guard path.starts(with: whole), path.count > whole.count else { return nil }
    return path.dropFirst(whole.count).joined(separator: "/")
  }

  /// Finds the commit as it is now.
  ///
  /// - Returns: The commit, which has the pipeline.
  /// - Throws: ``ScheduleError/noSuchCode(code:repository:)``,
  ///   ``ScheduleError/notInCommit(file:code:)`` or `GitError`.
  package func checkout() throws -> JobCheckout {
    let repository = try Repository(at: URL(filePath: self.repository))
    let commit = try commit(in: repository)
    guard try repository.file(pipeline, of: commit) != nil else {
      throw ScheduleError.notInCommit(file: pipeline, code: text)
    }
    return JobCheckout(
      commit: commit, changedSources: try Self.changedSources(of: commit, in: repository))
  }

  /// Files of hone's sources that a commit has otherwise than the one that is checked out; none in a
  /// repository of another program.
  private static func changedSources(
    of commit: String, in repository: borrowing Repository
  ) throws -> Int {
    guard try repository.file("Sources/hone/Hone.swift", of: commit) != nil,
      let present = try repository.head().commit
    else { return 0 }
    return try repository.changedPaths(from: present, to: commit).count(where: isSource)
  }

  /// The pipeline's file as the commit has it.
  ///
  /// - Throws: As ``checkout()``.
  package func pipelineFile() throws -> Data {
    let repository = try Repository(at: URL(filePath: self.repository))
    guard let data = try repository.file(pipeline, of: try commit(in: repository)) else {
      throw ScheduleError.notInCommit(file: pipeline, code: text)
    }
    return data
  }

  private func commit(in repository: borrowing Repository) throws -> String {
    switch reference {
    case .commit(let commit):
      guard try repository.has(commit: commit) else { break }
      return commit
    case .branch(let branch):
      guard let commit = try repository.tip(ofBranch: branch) else { break }
      return commit
    }
    throw ScheduleError.noSuchCode(code: text, repository: self.repository)
  }

  /// Whether a file is one that hone's program is built from.
  private static func isSource(_ path: String) -> Bool {
    path.hasPrefix("Sources/") || path == "Package.swift"
      || path.hasPrefix("verifiers/") && path.hasSuffix(".swift")
  }
}
