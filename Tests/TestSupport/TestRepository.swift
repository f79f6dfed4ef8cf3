import CGit2
package import Foundation

/// A git repository in a temporary folder, made with libgit2; it goes with the value.
///
/// What is written is committed as it is: also what git itself would refuse, by `commitRaw`.
package final class TestRepository {
  /// The working tree.
  package let folder: URL
  private let repository: OpaquePointer

  /// A failed call, with libgit2's words.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// An entry of a tree that is written as it stands.
  package struct Entry {
    let mode: String
    let name: String
    let id: String

    /// - Parameters:
    ///   - mode: In octal digits, such as `100644`.
    ///   - name: Any bytes.
    ///   - id: The object, 40 hexadecimal digits.
    package init(mode: String, name: String, id: String) {
      (self.mode, self.name, self.id) = (mode, name, id)
    }
  }

  package init(at folder: URL? = nil) throws {
    let folder =
      folder ?? FileManager.default.temporaryDirectory.appending(path: "hone-git-\(UUID())")
    git_libgit2_init()
    var options = git_repository_init_options()
    git_repository_init_options_init(&options, UInt32(GIT_REPOSITORY_INIT_OPTIONS_VERSION))
    options.flags = GIT_REPOSITORY_INIT_MKPATH.rawValue | GIT_REPOSITORY_INIT_MKDIR.rawValue
    var made: OpaquePointer?
    let code = "main".withCString { branch in
      options.initial_head = branch
      return git_repository_init_ext(&made, folder.path, &options)
    }
    guard code == 0, let made else { throw Self.failure("git_repository_init_ext") }
    (self.folder, repository) = (folder, made)
  }

  deinit {
    git_repository_free(repository)
    guard FileManager.default.fileExists(atPath: folder.path) else { return }
    do {
      try FileManager.default.removeItem(at: folder)
    } catch {
      print("'\(folder.path)' is left behind: \(error)")
    }
  }

  // MARK: - Files

  package func write(_ text: String, to path: String) throws {
    try write(Data(text.utf8), to: path)
  }

  package func write(_ data: Data, to path: String) throws {
    let file = folder.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file)
  }

  package func remove(_ path: String) throws {
    try FileManager.default.removeItem(at: folder.appending(path: path))
  }

  // MARK: - Commits

  /// Stages the whole working tree.
  @discardableResult
  package func stageAll() throws -> String {
    var index: OpaquePointer?
    try Self.check("git_repository_index", git_repository_index(&index, repository))
    defer { git_index_free(index) }
    try Self.check("git_index_add_all", git_index_add_all(index, nil, 0, nil, nil))
    try Self.check("git_index_update_all", git_index_update_all(index, nil, nil, nil))
    try Self.check("git_index_write", git_index_write(index))
    var tree = git_oid()
    try Self.check("git_index_write_tree", git_index_write_tree(&tree, index))
    return Self.text(tree)
  }

  /// Commits the whole working tree to the branch that is checked out.
  ///
  /// - Returns: The commit.
  @discardableResult
  package func commit(_ message: String = "Change something") throws -> String {
    try commit(tree: stageAll(), message)
  }

  /// Commits a tree that is there, as the next commit of the branch that is checked out.
  @discardableResult
  package func commit(tree: String, _ message: String = "Change something") throws -> String {
    var (treeID, id) = (try Self.id(tree), git_oid())
    var (root, signature) = (OpaquePointer?.none, UnsafeMutablePointer<git_signature>?.none)
    try Self.check("git_tree_lookup", git_tree_lookup(&root, repository, &treeID))
    defer { git_tree_free(root) }
    try Self.check(
      "git_signature_new", git_signature_new(&signature, "A", "a@example.org", 1_700_000_000, 0))
    defer { git_signature_free(signature) }
    var parents: [OpaquePointer?] = []
    var head = git_oid()
    if git_reference_name_to_id(&head, repository, "HEAD") == 0 {
      var parent: OpaquePointer?
      try Self.check("git_commit_lookup", git_commit_lookup(&parent, repository, &head))
      parents.append(parent)
    }
    defer { for parent in parents { git_commit_free(parent) } }
    let count = parents.count
    try Self.check(
      "git_commit_create",
      git_commit_create(
        &id, repository, "HEAD", signature, signature, nil, message, root, count, &parents))
    return Self.text(id)
  }

  /// Writes a blob.
  package func blob(_ text: String) throws -> String {
    try object(Array(text.utf8), GIT_OBJECT_BLOB)
  }

  /// Writes a tree as it stands, whatever its names and modes are.
  package func tree(_ entries: [Entry]) throws -> String {
    var bytes: [UInt8] = []
    for entry in entries {
      bytes += Array("\(entry.mode) \(entry.name)".utf8) + [0]
      var id = try Self.id(entry.id)
      withUnsafeBytes(of: &id) { bytes += Array($0) }
    }
    return try object(bytes, GIT_OBJECT_TREE)
  }

  // MARK: - References

  /// Lets a tag name a commit, also where it named another one.
  package func tag(_ name: String, _ commit: String) throws {
    try reference("refs/tags/\(name)", commit)
  }

  /// Lets a branch name a commit; not the one that is checked out.
  package func branch(_ name: String, _ commit: String) throws {
    try reference("refs/heads/\(name)", commit)
  }

  /// Checks a commit alone out, without touching files.
  package func detach(at commit: String) throws {
    var id = try Self.id(commit)
    try Self.check(
      "git_repository_set_head_detached", git_repository_set_head_detached(repository, &id))
  }

  package func setRemote(_ name: String, _ address: String) throws {
    var remote: OpaquePointer?
    try Self.check("git_remote_create", git_remote_create(&remote, repository, name, address))
    git_remote_free(remote)
  }

  // MARK: - Helpers

  private func reference(_ name: String, _ commit: String) throws {
    var (id, made) = (try Self.id(commit), OpaquePointer?.none)
    try Self.check(
      "git_reference_create", git_reference_create(&made, repository, name, &id, 1, nil))
    git_reference_free(made)
  }

  private func object(_ bytes: [UInt8], _ kind: git_object_t) throws -> String {
    var (store, id) = (OpaquePointer?.none, git_oid())
    try Self.check("git_repository_odb", git_repository_odb(&store, repository))
    defer { git_odb_free(store) }
    try Self.check("git_odb_write", git_odb_write(&id, store, bytes, bytes.count, kind))
    return Self.text(id)
  }

  private static func id(_ text: String) throws -> git_oid {
    var id = git_oid()
    try check("git_oid_fromstr", git_oid_fromstr(&id, text))
    return id
  }

  private static func text(_ id: git_oid) -> String {
    withUnsafeBytes(of: id) { $0.map { String(format: "%02x", $0) }.joined() }
  }

  private static func check(_ call: String, _ code: CInt) throws {
    guard code >= 0 else { throw failure(call) }
  }

  private static func failure(_ call: String) -> Failure {
    let reason = git_error_last().flatMap { $0.pointee.message.map { String(cString: $0) } }
    return Failure(description: "\(call): \(reason ?? "no reason")")
  }
}
