import CGit2
package import Foundation

/// A state of the files: a commit, and a patch over it.
package struct CodeState: Equatable, Sendable {
  /// 40 hexadecimal digits.
  package let commit: String
  /// In git's format; empty for none.
  package let patch: Data

  package init(commit: String, patch: Data = Data()) {
    (self.commit, self.patch) = (commit, patch)
  }
}

/// How two states of the files of a repository differ.
package struct CodeDifference: Equatable, Sendable {
  /// Files that differ.
  package let files: Int
  package let insertions: Int
  package let deletions: Int
  /// A line a file, as `git diff --stat` shows it; empty where nothing differs.
  package let summary: String
  /// In git's format, cut where ``isCut`` says so.
  package let patch: String
  /// Whether the patch is longer than what is kept.
  package let isCut: Bool
}

extension Repository {
  /// Compares two states, without a working tree; nothing is written into the repository.
  ///
  /// - Parameters:
  ///   - before: The earlier one.
  ///   - after: The later one.
  ///   - excluded: Patterns of paths that do not matter, as in `.gitignore`.
  ///   - limitBytes: The most that is kept of the patch.
  /// - Returns: The difference.
  /// - Throws: ``GitError``, such as for a commit that is not there.
  package func difference(
    from before: CodeState, to after: CodeState, excluding excluded: [String] = [],
    limitBytes: Int = 8 << 20
  ) throws(GitError) -> CodeDifference {
    let store = try GitHandle("git_repository_odb", free: git_odb_free) {
      unsafe git_repository_odb(&$0, handle.pointer)
    }
    // What applying a patch makes goes into memory, before the store on the disk.
    var memory: OpaquePointer?
    try check("git_mempack_new") { unsafe git_mempack_new(&memory) }
    try check("git_odb_add_backend") { unsafe git_odb_add_backend(store.pointer, memory, 999) }

    let first = try index(of: before)
    let second = try index(of: after)
    var options = git_diff_options()
    unsafe git_diff_options_init(&options, UInt32(GIT_DIFF_OPTIONS_VERSION))
    unsafe hone_git_name_sides(&options)
    let whole = try GitHandle("git_diff_index_to_index", free: git_diff_free) {
      unsafe git_diff_index_to_index(
        &$0, handle.pointer, first.pointer, second.pointer, &options)
    }
    return try Self.read(whole, excluding: excluded, limitBytes: limitBytes)
  }

  // MARK: - Helpers

  /// The files of a state, as an index in memory.
  private func index(of state: CodeState) throws(GitError) -> GitHandle {
    let tree = try tree(of: state.commit)
    guard !state.patch.isEmpty else {
      let index = try GitHandle("git_index_new", free: git_index_free) {
        unsafe git_index_new(&$0)
      }
      try check("git_index_read_tree") {
        unsafe git_index_read_tree(index.pointer, tree.pointer)
      }
      return index
    }
    let difference = try Self.difference(state.patch)
    return try GitHandle("git_apply_to_tree", free: git_index_free) {
      unsafe git_apply_to_tree(&$0, handle.pointer, tree.pointer, difference.pointer, nil)
    }
  }

  private static func read(
    _ difference: borrowing GitHandle, excluding excluded: [String], limitBytes: Int
  ) throws(GitError) -> CodeDifference {
    var lines: [(path: String, insertions: Int, deletions: Int)] = []
    var text: [UInt8] = []
    var isCut = false
    let count = unsafe git_diff_num_deltas(difference.pointer)
    for index in 0..<count {
      guard let delta = unsafe git_diff_get_delta(difference.pointer, index)?.pointee,
        let name = unsafe delta.new_file.path ?? delta.old_file.path
      else { continue }
      let path = unsafe String(cString: name)
      if excluded.contains(where: { matches(path, $0) }) { continue }
      let patch = try GitHandle("git_patch_from_diff", free: git_patch_free) {
        unsafe git_patch_from_diff(&$0, difference.pointer, index)
      }
      var (insertions, deletions) = (0, 0)
      try check("git_patch_line_stats") {
        unsafe git_patch_line_stats(nil, &insertions, &deletions, patch.pointer)
      }
      lines.append((path, insertions, deletions))
      if unsafe git_patch_size(patch.pointer, 1, 1, 1) + text.count > limitBytes {
        isCut = true
      } else {
        text += try gitText("git_patch_to_buf") { unsafe git_patch_to_buf($0, patch.pointer) }
      }
    }
    let width = lines.map(\.path.count).max() ?? 0
    return CodeDifference(
      files: lines.count, insertions: lines.reduce(0) { $0 + $1.insertions },
      deletions: lines.reduce(0) { $0 + $1.deletions },
      summary: lines.map { line in
        line.path.printable.padding(toLength: width, withPad: " ", startingAt: 0)
          + "  +\(line.insertions) -\(line.deletions)"
      }.joined(separator: "\n"),
      patch: String(decoding: text, as: UTF8.self), isCut: isCut)
  }

  /// Whether a path is excluded by a folder's name with `/` at its end, or by `*` and an ending.
  private static func matches(_ path: String, _ pattern: String) -> Bool {
    if pattern.hasSuffix("/") { return path.hasPrefix(pattern) }
    if pattern.hasPrefix("*") { return path.hasSuffix(pattern.dropFirst()) }
    return path == pattern
  }
}
