import Digests
import Foundation
import Policies
import Provenance
import Runs
import Tasks
import Verifiers

/// What a run is about to be made of, found out before its folder is.
struct RunOrigin {
  let provenance: RunProvenance
  /// How the working tree differs from its commit; empty where it does not.
  let patch: Data

  /// Looks at the repository that the working folder lies in, and hashes what the run reads.
  ///
  /// A repository that cannot be read stops no run: the reason is recorded.
  ///
  /// - Parameters:
  ///   - pipeline: What is run.
  ///   - file: Where it was read from.
  ///   - parts: What the run reads.
  ///   - runs: Where the run's folder will be; its files are no changes.
  ///   - requiresClean: Whether to refuse a working tree that differs from its commit.
  /// - Throws: ``UncleanTree`` where a clean one is required, or `DigestError`.
  init(
    _ pipeline: Pipeline, file: URL?, parts: PipelineRunner.Parts, runs: URL, requiresClean: Bool
  ) throws {
    let folder = URL(
      filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
    var code: RunProvenance.Code?
    var problem: String?
    var patch = Data()
    do throws(GitError) {
      if let repository = try Repository.containing(folder) {
        code = try Self.code(of: repository, nil, in: folder)
        let changes = try repository.changes(excluding: [runs])
        code = try Self.code(of: repository, changes, in: folder)
        patch = changes.patch
      }
    } catch {
      problem = error.description
    }
    if requiresClean { try UncleanTree.check(code, problem: problem, folder: folder) }
    self.patch = patch
    let settings = pipeline.settings
    provenance = RunProvenance(
      code: code, codeProblem: problem,
      pipeline: try file.map {
        RunProvenance.Source(path: $0.relativePath, digest: try SHA256.hexadecimal(ofFile: $0))
      },
      settings: SHA256.hexadecimal(of: Array(try pipeline.yaml().utf8)),
      // One set may serve for both.
      taskSets: try Dictionary(
        [parts.training, parts.evaluation].map { ($0.name, try $0.digest) }
      ) { first, _ in first },
      verifiers: try VerifierOrigin.all(of: settings.reward).map { origin in
        RunProvenance.Verifier(
          name: origin.name, version: origin.version, folder: origin.folder,
          executable: origin.executable, pinnedCommit: origin.pinnedCommit)
      },
      policy: try Self.policy(
        settings.policy.reference,
        folder: settings.policy.named.map(NamedPolicies(runs).folder)), machine: .current())
  }

  /// One line on the code, for people.
  var summary: String {
    if let problem = provenance.codeProblem {
      return "How the code differs from its commit is not recorded: \(problem)"
    }
    guard let code = provenance.code else {
      return "The folder lies in no git repository, so the run cannot record its code."
    }
    let commit = code.commit.map { "commit \($0.prefix(12))" } ?? "no commit yet"
    let branch = code.branch.map { "on branch \($0)" } ?? "on no branch"
    let changes =
      switch code.changedFileCount {
      case 0: "clean"
      case 1: "1 file differs from it"
      default: "\(code.changedFileCount) files differ from it"
      }
    let kept = code.isDirty == true ? ", kept in \(RunProvenance.patchFile)" : ""
    let missing = code.leftOut.isEmpty ? "" : " but for \(code.leftOut.joined(separator: ", "))"
    return "Code: \(commit) \(branch), \(changes)\(kept)\(missing)."
  }

  // MARK: - Parts

  private static func code(
    of repository: borrowing Repository, _ changes: WorkingTreeChanges?, in folder: URL
  ) throws(GitError) -> RunProvenance.Code {
    let head = try repository.head()
    return RunProvenance.Code(
      remote: try repository.origin(), folder: repository.place(of: folder), commit: head.commit,
      branch: head.branch, changedFiles: changes?.paths,
      patchDigest: changes.flatMap {
        $0.isClean ? nil : SHA256.hexadecimal(of: Array($0.patch))
      },
      leftOut: changes?.leftOut ?? [])
  }

  private static func policy(
    _ reference: String, folder: URL?
  ) throws -> RunProvenance.Source {
    if folder == nil, EmbeddedPolicy(rawValue: reference) != nil {
      return RunProvenance.Source(path: reference, digest: nil)
    }
    let model = folder ?? URL(filePath: Policy.modelPath(reference))
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: model.path, isDirectory: &isFolder)
    return RunProvenance.Source(
      path: reference,
      digest: isFolder.boolValue
        ? try SHA256.hexadecimal(ofFolder: model) : try SHA256.hexadecimal(ofFile: model))
  }
}

/// A working tree that a run may not start from, since a clean one was asked for.
package enum UncleanTree: Error, Equatable, CustomStringConvertible {
  case differs(files: [String], count: Int)
  case noRepository(folder: String)
  case noCommit(folder: String)
  case unreadable(reason: String)

  static func check(
    _ code: RunProvenance.Code?, problem: String?, folder: URL
  ) throws(UncleanTree) {
    if let problem { throw .unreadable(reason: problem) }
    guard let code else { throw .noRepository(folder: folder.path) }
    guard code.isDirty == false else {
      throw .differs(files: code.changedFiles, count: code.changedFileCount)
    }
    guard code.commit != nil else { throw .noCommit(folder: folder.path) }
  }

  package var description: String {
    let ask = "or leave --require-clean out."
    return switch self {
    case .differs(let files, let count):
      """
      The working tree is not clean: \(files.prefix(20).joined(separator: ", "))\
      \(count > 20 ? " and \(count - 20) more" : "") \(count == 1 ? "differs" : "differ") from the \
      commit. Commit or undo that, \(ask)
      """
    case .noRepository(let folder):
      "\(folder) lies in no git repository, so nothing says that it is clean. Make one, \(ask)"
    case .noCommit(let folder):
      "The repository of \(folder) has no commit yet. Commit something, \(ask)"
    case .unreadable(let reason):
      "Whether the working tree is clean cannot be told: \(reason) Mend it, \(ask)"
    }
  }
}
