import CGit2
package import Foundation

/// How a working tree differs from the commit that is checked out: staged, changed, deleted and
/// untracked files, but no ignored ones and no submodules.
package struct WorkingTreeChanges: Equatable, Sendable {
  /// The most that is looked at and kept.
  package struct Limits: Sendable {
    /// Files that may differ.
    package var files = 20_000
    /// Bytes of one file, before and after.
    package var fileBytes = 1 << 20
    /// Bytes of the whole patch.
    package var patchBytes = 8 << 20

    package init() {}
  }

  /// The files that differ, sorted.
  package let paths: [String]
  /// The differences in git's format, binary files included.
  package let patch: Data
  /// Files that the patch leaves out: too large, beyond its size, or not to be read.
  package let leftOut: [String]

  /// Whether nothing differs.
  package var isClean: Bool { paths.isEmpty }
}

extension Repository {
  /// Compares the working tree with the commit that is checked out.
  ///
  /// - Parameters:
  ///   - folders: Folders whose files do not count, such as the one that a program writes into.
  ///   - limits: The most that is kept.
  /// - Returns: The changes; none for a bare repository.
  /// - Throws: ``GitError``, such as ``GitError/tooMuch(what:limit:)`` for too many files.
  package func changes(
    excluding folders: [URL] = [], limits: WorkingTreeChanges.Limits = .init()
  ) throws(GitError) -> WorkingTreeChanges {
    guard let root = workingTree else {
      return WorkingTreeChanges(paths: [], patch: Data(), leftOut: [])
    }
    let excluded = folders.compactMap { folder -> String? in
      let path = folder.standardizedFileURL.resolvingSymlinksInPath().path + "/"
      let prefix = root.path.hasSuffix("/") ? root.path : root.path + "/"
      return path.hasPrefix(prefix) && path != prefix ? String(path.dropFirst(prefix.count)) : nil
    }
    let difference = try differenceToWorkingTree(limits)
    var paths: [String] = []
    var patch: [UInt8] = []
    var leftOut: [String] = []
    let count = unsafe git_diff_num_deltas(difference.pointer)
    for index in 0..<count {
      guard let delta = unsafe git_diff_get_delta(difference.pointer, index)?.pointee,
        let name = unsafe delta.new_file.path ?? delta.old_file.path
      else { continue }
      let path = unsafe String(cString: name)
      let isRepository = unsafe [delta.old_file.mode, delta.new_file.mode]
        .contains(UInt16(GIT_FILEMODE_COMMIT.rawValue))
      if isRepository || path.hasSuffix("/") || excluded.contains(where: path.hasPrefix) {
        continue
      }
      paths.append(path)
      guard let text = try text(of: difference, at: index, delta, limits),
        patch.count + text.count <= limits.patchBytes
      else {
        leftOut.append(path)
        continue
      }
      patch += text
    }
    return WorkingTreeChanges(
      paths: paths.sorted(), patch: Data(patch), leftOut: leftOut.sorted())
  }

  // MARK: - Helpers

  private func differenceToWorkingTree(
    _ limits: WorkingTreeChanges.Limits
  ) throws(GitError) -> GitHandle {
    guard let commit = try head().commit else { return try difference(from: nil, limits) }
    let tree = try tree(of: commit)
    return try difference(from: tree.pointer, limits)
  }

  private func difference(
    from tree: OpaquePointer?, _ limits: WorkingTreeChanges.Limits
  ) throws(GitError) -> GitHandle {
    var options = git_diff_options()
    unsafe git_diff_options_init(&options, UInt32(GIT_DIFF_OPTIONS_VERSION))
    options.flags =
      GIT_DIFF_INCLUDE_UNTRACKED.rawValue | GIT_DIFF_RECURSE_UNTRACKED_DIRS.rawValue
      | GIT_DIFF_SHOW_UNTRACKED_CONTENT.rawValue | GIT_DIFF_SHOW_BINARY.rawValue
      | GIT_DIFF_IGNORE_SUBMODULES.rawValue | GIT_DIFF_INCLUDE_TYPECHANGE.rawValue
    options.id_abbrev = UInt16(GIT_OID_HEXSZ)  // binary patches apply by whole names only
    unsafe hone_git_name_sides(&options)
    var left = limits.files
    let limit = limits.files
    do {
      return try unsafe withUnsafeMutablePointer(to: &left) { left throws(GitError) in
        unsafe options.payload = UnsafeMutableRawPointer(left)
        unsafe options.notify_cb = { _, _, _, payload in
          guard let left = unsafe payload?.assumingMemoryBound(to: Int.self) else { return 0 }
          unsafe left.pointee -= 1
          return unsafe left.pointee < 0 ? GitCode.ended : 0
        }
        return try GitHandle("git_diff_tree_to_workdir_with_index", free: git_diff_free) {
          unsafe git_diff_tree_to_workdir_with_index(
            &$0, handle.pointer, tree, &options)
        }
      }
    } catch .refused(_, GitCode.ended, _) {
      throw .tooMuch(what: "More than \(limit) files of \(name) differ", limit: "\(limit)")
    }
  }

  /// The patch of one file; nil where it is too large or cannot be read.
  private func text(
    of difference: borrowing GitHandle, at index: Int, _ delta: git_diff_delta,
    _ limits: WorkingTreeChanges.Limits
  ) throws(GitError) -> [UInt8]? {
    let limit = UInt64(limits.fileBytes)
    guard unsafe delta.new_file.size <= limit,
      try bytes(of: unsafe delta.old_file.id) ?? 0 <= limit
    else { return nil }
    do {
      let patch = try GitHandle("git_patch_from_diff", free: git_patch_free) {
        unsafe git_patch_from_diff(&$0, difference.pointer, index)
      }
      return try gitText("git_patch_to_buf") { unsafe git_patch_to_buf($0, patch.pointer) }
    } catch {
      return nil  // the file may be gone, or another user's; the caller names it
    }
  }

  /// The size of a blob; nil where there is none.
  private func bytes(of id: git_oid) throws(GitError) -> UInt64? {
    var id = id
    guard unsafe git_oid_is_zero(&id) == 0 else { return nil }
    let store = try GitHandle("git_repository_odb", free: git_odb_free) {
      unsafe git_repository_odb(&$0, handle.pointer)
    }
    var size = 0
    var kind = GIT_OBJECT_ANY
    let code = unsafe git_odb_read_header(&size, &kind, store.pointer, &id)
    return code == 0 ? UInt64(size) : nil  // a working file's id need not be in the store
  }
}
