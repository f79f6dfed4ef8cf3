import CGit2
package import Foundation

/// A git repository on this machine, read through libgit2.
///
/// Whatever a repository says, no program is started: libgit2 knows no hooks, no filters but its own
/// for line ends, and no drivers for differences.
package struct Repository: ~Copyable {
  /// What is checked out.
  package struct Head: Equatable, Sendable {
    /// 40 hexadecimal digits; nil before the first commit.
    package let commit: String?
    /// The branch's name; nil where a commit alone is checked out.
    package let branch: String?
  }

  let handle: GitHandle

  /// Opens the repository in a folder, which is its working tree or its `.git`.
  package init(at folder: URL) throws(GitError) {
    handle = try GitHandle("git_repository_open", free: git_repository_free) {
      unsafe git_repository_open(&$0, folder.path)
    }
  }

  init(_ handle: consuming GitHandle) { self.handle = handle }

  /// Finds the repository that a folder lies in; nil where it lies in none.
  package static func containing(_ folder: URL) throws(GitError) -> Repository? {
    do {
      return Repository(
        try GitHandle("git_repository_open_ext", free: git_repository_free) {
          unsafe git_repository_open_ext(&$0, folder.path, 0, nil)
        })
    } catch  where error.isNotFound {
      return nil
    }
  }

  // MARK: - What it is

  /// The root of its working tree, links resolved; nil for a bare repository.
  package var workingTree: URL? {
    unsafe git_repository_workdir(handle.pointer).map {
      URL(filePath: unsafe String(cString: $0), directoryHint: .isDirectory)
        .resolvingSymlinksInPath()
    }
  }

  /// Where a folder lies in the working tree: `.` for the root, and for one that lies elsewhere.
  package func place(of folder: URL) -> String {
    guard let root = workingTree else { return "." }
    let (whole, path) = (root.pathComponents, folder.resolvingSymlinksInPath().pathComponents)
    guard path.starts(with: whole), path.count > whole.count else { return "." }
    return path.dropFirst(whole.count).joined(separator: "/")
  }

  /// The folder of its objects, which linked working trees share.
  var objects: URL? {
    unsafe git_repository_commondir(handle.pointer).map {
      URL(filePath: unsafe String(cString: $0), directoryHint: .isDirectory)
        .resolvingSymlinksInPath().appending(path: "objects")
    }
  }

  /// What messages call it.
  package var name: String {
    unsafe workingTree?.path ?? String(cString: git_repository_path(handle.pointer))
  }

  /// What is checked out.
  package func head() throws(GitError) -> Head {
    let reference = try GitHandle("git_reference_lookup", free: git_reference_free) {
      unsafe git_reference_lookup(&$0, handle.pointer, "HEAD")
    }
    let target = unsafe git_reference_symbolic_target(reference.pointer)
      .map { unsafe String(cString: $0) }
    let branches = "refs/heads/"
    let branch = target.map {
      $0.hasPrefix(branches) ? String($0.dropFirst(branches.count)) : $0
    }
    var id = ObjectID()
    do {
      try check("git_reference_name_to_id") {
        unsafe git_reference_name_to_id(&id.value, handle.pointer, "HEAD")
      }
    } catch  where error.isNotFound {
      return Head(commit: nil, branch: branch)
    }
    return Head(commit: id.text, branch: branch)
  }

  /// The address of the remote `origin`, without a user, a password or a query; nil without one.
  ///
  /// Of a folder on this machine only the last name is told.
  package func origin() throws(GitError) -> String? {
    do {
      let remote = try GitHandle("git_remote_lookup", free: git_remote_free) {
        unsafe git_remote_lookup(&$0, handle.pointer, "origin")
      }
      return unsafe git_remote_url(remote.pointer).map {
        Self.withoutSecrets(unsafe String(cString: $0))
      }
    } catch  where error.isNotFound {
      return nil
    }
  }

  static func withoutSecrets(_ address: String) -> String {
    guard let scheme = address.firstRange(of: "://") else {
      let isFolder = !address.contains(":") || address.hasPrefix("/") || address.hasPrefix(".")
      return isFolder ? URL(filePath: address).lastPathComponent : address
    }
    let rest = address[scheme.upperBound...]
    let authority = rest.prefix { $0 != "/" }
    let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] }
    let path = rest[authority.endIndex...].prefix { $0 != "?" && $0 != "#" }
    return String(address[..<scheme.upperBound] + (host ?? authority) + path)
  }

  // MARK: - Commits

  /// Whether a commit is there.
  package func has(commit: String) throws(GitError) -> Bool {
    do {
      _ = try tree(of: commit)
      return true
    } catch  where error.isNotFound {
      return false
    }
  }

  /// The tree of a commit.
  ///
  /// - Throws: ``GitError``, such as ``GitError/tooMuch(what:limit:)`` for a commit of more bytes than
  ///   `limit`, which are counted before they are read.
  func tree(of commit: String, limit: Int = .max) throws(GitError) -> GitHandle {
    var id = try ObjectID(commit)
    if limit < .max { try require(id.value, below: limit, "Commit \(commit)") }
    let commit = try GitHandle("git_commit_lookup", free: git_commit_free) {
      unsafe git_commit_lookup(&$0, handle.pointer, &id.value)
    }
    if limit < .max, let tree = unsafe git_commit_tree_id(commit.pointer) {
      try require(unsafe tree.pointee, below: limit, "The root folder")
    }
    return try GitHandle("git_commit_tree", free: git_tree_free) {
      unsafe git_commit_tree(&$0, commit.pointer)
    }
  }
}
