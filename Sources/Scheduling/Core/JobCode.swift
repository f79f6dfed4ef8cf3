/// Which commit's files a job runs with, in place of the working folder's own.
///
/// They are its pipeline, tasks and verifiers. The program is the daemon's.
package struct JobCode: Codable, Equatable, Sendable {
  /// What names the commit.
  package enum Reference: Codable, Equatable, Sendable {
    /// One commit, 40 hexadecimal digits.
    case commit(String)
    /// Where the branch is as the job starts for the first time.
    case branch(String)
  }

  package var reference: Reference
  /// The root of the repository's working tree, as a whole path.
  package var repository: String
  /// The job's working folder and its pipeline's file, from that root; `.` for the root.
  package var folder: String
  package var pipeline: String

  package init(_ reference: Reference, repository: String, folder: String, pipeline: String) {
    (self.reference, self.repository) = (reference, repository)
    (self.folder, self.pipeline) = (folder, pipeline)
  }

  /// As it was asked for.
  package var text: String {
    switch reference {
    case .commit(let commit): "commit \(commit.prefix(12))"
    case .branch(let branch): "branch \(branch)"
    }
  }
}

/// The commit that a job runs with, once it has started.
package struct JobCheckout: Codable, Equatable, Sendable {
  /// 40 hexadecimal digits.
  package let commit: String
  /// How many files of a hone's sources the commit has otherwise than the one that was checked out as
  /// the job started: the program, which is the daemon's, may then not be the commit's.
  package let changedSources: Int

  package init(commit: String, changedSources: Int) {
    (self.commit, self.changedSources) = (commit, changedSources)
  }

  /// What is to be known of it; nil for nothing.
  package var remark: String? {
    guard changedSources > 0 else { return nil }
    let files = changedSources == 1 ? "1 file" : "\(changedSources) files"
    return """
      Commit \(commit.prefix(12)) has \(files) of the program's sources otherwise than the working \
      tree; the program is the daemon's.
      """
  }
}
