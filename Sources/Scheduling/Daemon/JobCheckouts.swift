import Foundation
import Provenance
import Runs

/// Where a job's process works, and what it runs.
struct JobPlace: Equatable, Sendable {
  let folder: String
  let pipeline: String
  /// Where a model is looked for that the folder does not have; nil where that is the folder itself.
  var models: String?
}

/// The checkouts of jobs, in `.checkouts` of the folder of runs.
///
/// Jobs of one commit share a checkout. It can be made again at any time, so nothing is lost when it
/// goes: a job that is gone on with finds the same files. It is removed once no job that is not done,
/// and no schedule of that one commit, needs it; who needs one is read from the registry when one is
/// removed, and here all is done one after the other, so none is removed that a job was promised.
actor JobCheckouts {
  private let checkouts: Checkouts
  private let store: ScheduleStore
  /// Those that were not needed and yet kept, and told.
  private var told: Set<URL> = []

  init(in runs: URL, _ store: ScheduleStore) {
    checkouts = Checkouts(in: runs.appending(path: ".checkouts"))
    self.store = store
  }

  /// Finds where a job works; its commit is checked out where it has one.
  ///
  /// - Throws: `GitError`.
  func place(of job: Job) throws -> JobPlace {
    let request = job.request
    guard let code = request.code, let checkout = job.checkout else {
      return JobPlace(folder: request.folder, pipeline: request.pipeline)
    }
    let root = try checkouts.shared(checkout.commit, of: URL(filePath: code.repository))
    let folder = root.appending(path: code.folder).standardizedFileURL
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder),
      isFolder.boolValue
    else { throw GitError.noFolder(path: code.folder, commit: checkout.commit) }
    // As its user would name it there, so that the run's record does not name the checkout.
    let inFolder = code.folder == "." ? "" : code.folder + "/"
    let pipeline =
      code.pipeline.hasPrefix(inFolder)
      ? String(code.pipeline.dropFirst(inFolder.count)) : root.appending(path: code.pipeline).path
    return JobPlace(folder: folder.path, pipeline: pipeline, models: request.folder)
  }

  /// Removes checkouts that are not needed any more.
  ///
  /// - Returns: What is to be told, in sentences.
  func sweep() throws -> [String] {
    let kept = try checkouts.sweep(keeping: try needed())
    return kept.filter { told.insert($0).inserted }.map { folder in
      """
      The checkout \(folder.path) is not needed any more, but stays, since it holds files that its \
      commit does not have: move or delete them.
      """
    }
  }

  private func needed() throws -> Set<String> {
    var names: Set<String> = []
    for job in try store.jobs(done: 0).map(\.job) {
      guard let code = job.request.code, let commit = job.checkout?.commit else { continue }
      names.insert(Self.name(commit, code))
    }
    for schedule in try store.schedules().map(\.schedule) {
      guard let code = schedule.job.code, case .commit(let commit) = code.reference else {
        continue
      }
      names.insert(Self.name(commit, code))
    }
    return names
  }

  private static func name(_ commit: String, _ code: JobCode) -> String {
    Checkouts.name(commit, of: URL(filePath: code.repository))
  }
}
