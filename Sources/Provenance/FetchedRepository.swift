import CGit2
import Foundation

/// A copy of another repository in a temporary folder, without a working tree; it goes with the
/// value.
package struct FetchedRepository: ~Copyable {
  /// What is fetched at most, in bytes as they are sent.
  package static let limitBytes = 256 << 20

  /// What a name stands for.
  package struct Resolved: Equatable, Sendable {
    /// What kind of name it was.
    package enum Kind: String, Codable, Sendable {
      case branch, tag, commit
    }

    package let kind: Kind
    /// The name; for a repository's default branch, that branch's.
    package let name: String
    /// 40 hexadecimal digits.
    package let commit: String
  }

  /// The copy.
  package let repository: Repository
  private let address: RepositoryAddress
  private let folder: URL

  /// Fetches all branches and tags.
  ///
  /// Credentials are never asked for, and no program is started. Whom an `https://` address must be
  /// certified by is said by `SSL_CERT_FILE` and `SSL_CERT_DIR`, or by the system.
  ///
  /// - Parameters:
  ///   - address: Where from.
  ///   - limit: Bytes at most.
  /// - Throws: ``GitError``.
  package init(_ address: RepositoryAddress, limit: Int = limitBytes) throws(GitError) {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "hone-fetch-\(UUID().uuidString)")
    var options = git_clone_options()
    unsafe git_clone_options_init(&options, UInt32(GIT_CLONE_OPTIONS_VERSION))
    options.bare = 1
    options.local = GIT_CLONE_NO_LOCAL  // so that a folder passes through the same checks
    options.fetch_opts.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_ALL
    unsafe options.fetch_opts.callbacks.credentials = { _, _, _, _, _ in GIT_EAUTH.rawValue }
    unsafe options.fetch_opts.callbacks.transfer_progress = { progress, limit in
      guard let progress = unsafe progress?.pointee,
        let limit = unsafe limit?.assumingMemoryBound(to: Int.self).pointee
      else { return 0 }
      return progress.received_bytes > limit ? GitCode.ended : 0
    }
    var bound = limit
    do {
      try GitLibrary.trustNamedAuthorities()
      let handle = try unsafe withUnsafeMutablePointer(to: &bound) {
        bound throws(GitError) -> GitHandle in
        unsafe options.fetch_opts.callbacks.payload = UnsafeMutableRawPointer(bound)
        return try GitHandle("git_clone", free: git_repository_free) {
          unsafe git_clone(&$0, address.text, folder.path, &options)
        }
      }
      repository = Repository(handle)
    } catch {
      Self.remove(folder)
      if case .refused(_, GitCode.ended, _) = error {
        throw .tooMuch(what: "'\(address.text)' sends more than \(limit) bytes", limit: "\(limit)")
      }
      if case .refused(_, GIT_EAUTH.rawValue, _) = error {
        throw .unusableAddress(
          address.text, rule: "it asks for credentials, or is not there")
      }
      if case .refused(_, GitCode.untrusted, let reason) = error {
        throw .untrusted(address.text, reason: reason)
      }
      if case .refused(_, _, let reason) = error {
        throw .unreachable(address.text, reason: reason)
      }
      throw error
    }
    (self.address, self.folder) = (address, folder)
  }

  deinit { Self.remove(folder) }

  /// Finds what a name stands for: a tag, then a branch, then a commit.
  ///
  /// - Parameter name: At least 7 hexadecimal digits of a commit, or a name; nil for the branch that
  ///   the repository shows by default.
  /// - Returns: Its commit.
  /// - Throws: ``GitError/unknownReference(_:repository:)`` or ``GitError/noCommit(repository:)``.
  package func resolve(_ name: String?) throws(GitError) -> Resolved {
    guard let name else {
      let head = try repository.head()
      guard let commit = head.commit else { throw .noCommit(repository: "'\(address.text)'") }
      return head.branch.map { Resolved(kind: .branch, name: $0, commit: commit) }
        ?? Resolved(kind: .commit, name: commit, commit: commit)
    }
    if let commit = try repository.commit(ofReference: "refs/tags/\(name)") {
      return Resolved(kind: .tag, name: name, commit: commit)
    }
    for folder in ["refs/remotes/origin", "refs/heads"] {
      if let commit = try repository.commit(ofReference: "\(folder)/\(name)") {
        return Resolved(kind: .branch, name: name, commit: commit)
      }
    }
    if let commit = try commit(beginningWith: name) {
      return Resolved(kind: .commit, name: name, commit: commit)
    }
    throw .unknownReference(name, repository: "'\(address.text)'")
  }

  /// The commit whose name begins with 7 to 40 digits; nil where there is none.
  private func commit(beginningWith digits: String) throws(GitError) -> String? {
    let count = digits.utf8.count
    guard (7...40).contains(count), digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
      return nil
    }
    var id = ObjectID()
    try check("git_oid_fromstrn") { unsafe git_oid_fromstrn(&id.value, digits, count) }
    do {
      let commit = try GitHandle("git_commit_lookup_prefix", free: git_commit_free) {
        unsafe git_commit_lookup_prefix(&$0, repository.handle.pointer, &id.value, count)
      }
      return unsafe git_commit_id(commit.pointer).map { ObjectID(unsafe $0.pointee).text }
    } catch  where error.isNotFound {
      return nil
    }
  }

  private static func remove(_ folder: URL) {
    guard FileManager.default.fileExists(atPath: folder.path) else { return }
    // It lies among temporary files, which the system clears.
    try? FileManager.default.removeItem(at: folder)
  }
}
