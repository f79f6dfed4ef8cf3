import CGit2
package import Foundation

/// What names stand for, and what lies in a commit.
extension Repository {
  /// The commit that a revision stands for, such as `HEAD~2`, `v1.2` or the first digits of a commit.
  ///
  /// - Returns: 40 hexadecimal digits.
  /// - Throws: ``GitError/unknownReference(_:repository:)`` where it stands for none, or for several.
  package func commit(of revision: String) throws(GitError) -> String {
    // What is searched for by its message, or by a date, is no lasting name.
    guard !revision.isEmpty, revision.utf8.count <= 1_000, !revision.contains(where: ":@".contains)
    else { throw .unknownReference(revision.printable, repository: name) }
    do throws(GitError) {
      let commit = try GitHandle("git_revparse_single", free: git_object_free) {
        unsafe git_revparse_single(&$0, handle.pointer, "\(revision)^{commit}")
      }
      guard let id = unsafe git_object_id(commit.pointer) else {
        throw GitError.unknownReference(revision.printable, repository: name)
      }
      return ObjectID(unsafe id.pointee).text
    } catch  where error.isUnusableName {
      throw .unknownReference(revision.printable, repository: name)
    }
  }

  /// The commit that a branch is at: one of this repository (`main`), or of a remote (`origin/main`).
  ///
  /// - Returns: 40 hexadecimal digits; nil where there is no such branch.
  package func tip(ofBranch branch: String) throws(GitError) -> String? {
    for folder in ["refs/heads", "refs/remotes"] {
      if let commit = try commit(ofReference: "\(folder)/\(branch)") { return commit }
    }
    return nil
  }

  /// The commit that a reference leads to, through tags that are objects; nil where it leads to none.
  func commit(ofReference name: String) throws(GitError) -> String? {
    var isValid: CInt = 0
    try check("git_reference_name_is_valid") {
      unsafe git_reference_name_is_valid(&isValid, name)
    }
    guard isValid == 1 else { return nil }
    do {
      let reference = try GitHandle("git_reference_lookup", free: git_reference_free) {
        unsafe git_reference_lookup(&$0, handle.pointer, name)
      }
      let commit = try GitHandle("git_reference_peel", free: git_object_free) {
        unsafe git_reference_peel(&$0, reference.pointer, GIT_OBJECT_COMMIT)
      }
      return unsafe git_object_id(commit.pointer).map { ObjectID(unsafe $0.pointee).text }
    } catch  where error.isNotFound {
      return nil
    }
  }

  // MARK: - What lies in a commit

  /// Reads a file of a commit.
  ///
  /// - Parameters:
  ///   - path: From the root of the working tree.
  ///   - commit: 40 hexadecimal digits.
  ///   - limit: Bytes at most.
  /// - Returns: Its bytes; nil where the commit has no such file.
  /// - Throws: ``GitError/tooMuch(what:limit:)`` for a larger one, or another ``GitError``.
  package func file(
    _ path: String, of commit: String, limit: Int = 1 << 20
  ) throws(GitError) -> Data? {
    let tree = try tree(of: commit)
    do throws(GitError) {
      let entry = try GitHandle("git_tree_entry_bypath", free: git_tree_entry_free) {
        unsafe git_tree_entry_bypath(&$0, tree.pointer, path)
      }
      let isFile = EntryMode.files.contains(
        unsafe git_tree_entry_filemode_raw(entry.pointer).rawValue)
      guard isFile, let id = unsafe git_tree_entry_id(entry.pointer)?.pointee else { return nil }
      let size = try size(of: id)
      guard size <= limit else {
        throw GitError.tooMuch(what: "'\(path)' has \(size) bytes", limit: "\(limit)")
      }
      return Data(try bytes(of: id))
    } catch  where error.isNotFound {
      return nil
    }
  }

  /// The files that two commits have otherwise, or only one of them has; from the root, sorted.
  package func changedPaths(from before: String, to after: String) throws(GitError) -> [String] {
    let first = try tree(of: before)
    let second = try tree(of: after)
    let difference = try GitHandle("git_diff_tree_to_tree", free: git_diff_free) {
      unsafe git_diff_tree_to_tree(&$0, handle.pointer, first.pointer, second.pointer, nil)
    }
    let count = unsafe git_diff_num_deltas(difference.pointer)
    return (0..<count).compactMap { index in
      guard let delta = unsafe git_diff_get_delta(difference.pointer, index)?.pointee,
        let path = unsafe delta.new_file.path ?? delta.old_file.path
      else { return nil }
      return unsafe String(cString: path)
    }.sorted()
  }

  /// Whether the working tree holds the files of its commit and no other, not even ignored ones.
  package func isAsCommitted() throws(GitError) -> Bool {
    var options = git_status_options()
    unsafe git_status_options_init(&options, UInt32(GIT_STATUS_OPTIONS_VERSION))
    options.flags =
      GIT_STATUS_OPT_INCLUDE_UNTRACKED.rawValue | GIT_STATUS_OPT_INCLUDE_IGNORED.rawValue
    let status = try GitHandle("git_status_list_new", free: git_status_list_free) {
      unsafe git_status_list_new(&$0, handle.pointer, &options)
    }
    return unsafe git_status_list_entrycount(status.pointer) == 0
  }
}
