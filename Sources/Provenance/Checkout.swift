import CGit2
package import Foundation

extension Repository {
  /// Writes a commit, and a patch over it, into a new folder of its own.
  ///
  /// The folder becomes a repository that borrows the objects of this one and names its `origin`, with
  /// the commit checked out alone. Neither the working tree nor a reference of this repository changes. Files are
  /// written as they were committed, except that line ends follow `.gitattributes`.
  ///
  /// - Parameters:
  ///   - commit: 40 hexadecimal digits.
  ///   - patch: In git's format; empty for none.
  ///   - folder: What is made; its parent is made where it is missing.
  /// - Throws: ``GitError``; the folder is then removed again.
  package func checkOut(
    _ commit: String, patch: Data = Data(), into folder: URL
  ) throws(GitError) {
    guard !FileManager.default.fileExists(atPath: folder.path) else {
      throw .unwritable(path: folder.path, reason: "it is there already")
    }
    do {
      try checkOutNew(commit, patch: patch, into: folder)
    } catch {
      // The error that is under way says more than this one would.
      try? FileManager.default.removeItem(at: folder)
      throw error
    }
  }

  private func checkOutNew(
    _ commit: String, patch: Data, into folder: URL
  ) throws(GitError) {
    guard let objects else {
      throw .unwritable(path: folder.path, reason: "\(name) has no folder of objects")
    }
    var settings = git_repository_init_options()
    unsafe git_repository_init_options_init(
      &settings, UInt32(GIT_REPOSITORY_INIT_OPTIONS_VERSION))
    settings.flags =
      GIT_REPOSITORY_INIT_MKPATH.rawValue | GIT_REPOSITORY_INIT_MKDIR.rawValue
      | GIT_REPOSITORY_INIT_NO_REINIT.rawValue
    do {
      _ = try GitHandle("git_repository_init_ext", free: git_repository_free) {
        unsafe git_repository_init_ext(&$0, folder.path, &settings)
      }
    }
    do {
      try Data("\(objects.path)\n".utf8)
        .write(to: folder.appending(path: ".git/objects/info/alternates"))
    } catch {
      throw .unwritable(path: folder.path, reason: error.localizedDescription)
    }
    let copy = try Repository(at: folder)
    let tree = try copy.tree(of: commit)
    var id = try ObjectID(commit)
    try check("git_repository_set_head_detached") {
      unsafe git_repository_set_head_detached(copy.handle.pointer, &id.value)
    }
    if let origin = try origin() {
      _ = try GitHandle("git_remote_create", free: git_remote_free) {
        unsafe git_remote_create(&$0, copy.handle.pointer, "origin", origin)
      }
    }
    try copy.write(tree)
    guard !patch.isEmpty else { return }
    let difference = try Self.difference(patch)
    try check("git_apply") {
      unsafe git_apply(
        copy.handle.pointer, difference.pointer, GIT_APPLY_LOCATION_WORKDIR, nil)
    }
  }

  /// Writes the files of the commit that is checked out anew where they are not as they were
  /// committed; other files stay.
  func restore() throws(GitError) {
    guard let commit = try head().commit else { throw .noCommit(repository: name) }
    try write(try tree(of: commit))
  }

  /// Writes a tree's files into the working tree.
  private func write(_ tree: borrowing GitHandle) throws(GitError) {
    var options = git_checkout_options()
    unsafe git_checkout_options_init(&options, UInt32(GIT_CHECKOUT_OPTIONS_VERSION))
    options.checkout_strategy = GIT_CHECKOUT_FORCE.rawValue
    try check("git_checkout_tree") {
      unsafe git_checkout_tree(handle.pointer, tree.pointer, &options)
    }
  }

  /// A patch as libgit2 reads it.
  static func difference(_ patch: Data) throws(GitError) -> GitHandle {
    let bytes = patch.map { CChar(bitPattern: $0) }
    return try GitHandle("git_diff_from_buffer", free: git_diff_free) {
      unsafe git_diff_from_buffer(&$0, bytes, bytes.count)
    }
  }
}
